import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const found = (revision, values) => ({ id: 's1', revision, values })
const refused = (code, isOpen) => Object.assign(new Error(code), { code, isOpen })

let filled, hall, sent, page, offline

async function open(keeps = true) {
  const { filling } = await import('../src/lib/filling.js');
  ({ offline } = await import('../src/lib/line.js'))
  page = mount({
    setup() {
      filled = filling({
        keeps,
        read: async () => found(hall.revision, hall.values),
        save: async (values, revision) => {
          sent.push([values, revision])
          if (hall.fault) throw hall.fault
          if (revision !== hall.revision) throw refused('revision_stale', false)
          hall = { revision: revision + 1, values: { ...hall.values, ...values } }
          return found(hall.revision, hall.values)
        },
      })
      return () => null
    },
  })
  filled.begin(found(hall.revision, hall.values))
}

const passes = (ms) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  hall = { revision: 1, values: { name: '面馆', phone: '1' } }
  sent = []
})
afterEach(() => {
  page.unmount()
  vi.useRealTimers()
})

it('saves what was touched, 800 ms after the last touch, and what was touched meanwhile', async () => {
  await open()
  filled.change({ phone: '13' })
  await passes(700)
  filled.change({ phone: '138' })
  await passes(700)
  expect([sent, filled.state.value]).toEqual([[], 'typed'])
  await passes(100)
  expect([sent, filled.state.value]).toEqual([[[{ phone: '138' }, 1]], 'saved'])
  filled.change({ phone: '1' })
  filled.change({ phone: '138' })
  await passes(800)
  expect(sent).toHaveLength(1)
})

it('keeps what was typed without a line, also over another start, and saves it when the line is back', async () => {
  await open()
  hall.fault = refused('offline', true)
  filled.change({ name: '𠮷野面馆' })
  await passes(800)
  expect(filled.state.value).toBe('offline')
  page.unmount()

  await open()
  expect(filled.values.value).toEqual({ name: '𠮷野面馆', phone: '1' })
  await passes(0)
  offline.value = true
  hall.fault = null
  await passes(0)
  offline.value = false
  await passes(0)
  expect([hall.values.name, filled.state.value]).toEqual(['𠮷野面馆', 'saved'])
  expect(uni.getStorageSync('shunhao.unsaved')).toEqual({})
})

it('meets what another device saved: both are kept, and where they differ both are shown', async () => {
  await open()
  hall = { revision: 5, values: { name: '别处的名', phone: '2' } }
  filled.change({ name: '这里的名' })
  await passes(800)
  expect(sent.map(([, revision]) => revision)).toEqual([1, 5])
  expect(hall.values).toEqual({ name: '这里的名', phone: '2' })
  expect([filled.merged.value, filled.elsewhere.value]).toEqual([true, { name: '别处的名' }])
  filled.change({ name: '别处的名' })
  expect(filled.elsewhere.value).toEqual({})
})

it('tells a refusal, and does not try again by itself', async () => {
  await open()
  hall.fault = refused('not_a_draft', false)
  filled.change({ name: 'x' })
  await passes(20_000)
  expect([sent.length, filled.state.value, filled.error.value.code]).toEqual([1, 'failed', 'not_a_draft'])
})

it('keeps nothing on a desk in the hall', async () => {
  await open(false)
  hall.fault = refused('offline', true)
  filled.change({ name: 'x' })
  await passes(800)
  expect(uni.getStorageSync('shunhao.unsaved')).toBe('')
})
