import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** A page that does nothing but what is set up. */
const paged = (setup) => mount({ setup: () => { setup(); return () => null } })

let page
afterEach(() => page?.unmount())

describe('reading', () => {
  let found, asked, besides, session

  const answered = () => new Promise((done) => setTimeout(done))

  beforeEach(async () => {
    ({ session } = await import('../src/lib/session.js'))
    const { reading } = await import('../src/lib/page.js')
    Object.assign(session, { token: 'here', citizen: { id: 'c1' } })
    asked = []
    besides = vi.fn()
    const read = () => new Promise((answer, refuse) => asked.push({ answer, refuse }))
    page = paged(() => { found = reading(read, besides) })
  })

  it('drops an answer that is older than live news', async () => {
    found.show({ state: 'called' })
    asked[0].answer({ state: 'waiting' })
    await answered()
    expect([found.data.value, found.busy.value]).toEqual([{ state: 'called' }, false])
    expect(besides.mock.calls).toEqual([[{ state: 'called' }]])

    found.again()
    asked[1].answer({ state: 'serving' })
    await answered()
    expect(found.data.value).toEqual({ state: 'serving' })
  })

  it('shows nothing of what was read for who has signed out', async () => {
    asked[0].answer(['theirs'])
    await answered()
    found.again()
    Object.assign(session, { token: null, citizen: null })
    await answered()
    expect(found.data.value).toBe(null)
    asked[1].answer(['theirs'])
    await answered()
    expect([found.data.value, found.busy.value]).toEqual([null, false])
  })

  it('shows nothing to who is asked to sign in, and keeps what there was after another fault', async () => {
    const { ApiError } = await import('../src/lib/api.js')
    const refused = (status) => asked.at(-1).refuse(new ApiError(status, { code: 'x', detail: '' }))
    asked[0].answer(['mine'])
    await answered()
    found.again()
    refused(503)
    await answered()
    expect([found.data.value, found.error.value.status]).toEqual([['mine'], 503])
    found.again()
    refused(401)
    await answered()
    expect([found.data.value, found.error.value.status]).toEqual([null, 401])
  })

  it('keeps what there is while an expired token is replaced', async () => {
    asked[0].answer(['mine'])
    await answered()
    Object.assign(session, { token: 'renewed', citizen: { id: 'c1' } })
    await answered()
    expect(found.data.value).toEqual(['mine'])
  })
})

describe('the hall\'s clock', () => {
  const hall = '2026-11-22T09:00:00.000+08:00'
  let clock, happens

  beforeEach(async () => {
    vi.useFakeTimers();
    ({ happens } = await import('@dcloudio/uni-app'))
    const { hallClock } = await import('../src/lib/clock.js')
    page = paged(() => { clock = hallClock() })
  })
  afterEach(() => vi.useRealTimers())

  it('stands still while nobody sees it, also when it is set then, and is right when seen again', () => {
    clock.set(hall)
    vi.advanceTimersByTime(3_000)
    expect(clock.now.value).toBe(Date.parse(hall) + 3_000)
    happens('hide')
    clock.set(hall)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    happens('show')
    expect(clock.now.value).toBe(Date.parse(hall) + 60_000)
    vi.advanceTimersByTime(2_000)
    expect(clock.now.value).toBe(Date.parse(hall) + 62_000)
  })

  it('leaves no timer behind when its page is closed', () => {
    page.unmount()
    clock.set(hall)
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('goes back without a word when a tap is all it was given', async () => {
  const { leave } = await import('../src/lib/page.js')
  vi.stubGlobal('getCurrentPages', () => [1, 2])
  Object.assign(uni, { showToast: vi.fn(), navigateBack: ({ success }) => success() })
  leave({ type: 'click' })
  expect(uni.showToast).not.toHaveBeenCalled()
  leave('已保存')
  expect(uni.showToast).toHaveBeenCalledOnce()
})
