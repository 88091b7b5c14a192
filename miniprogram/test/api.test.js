import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answering, problem } from './server.js'

const api = () => import('../src/lib/api.js')
const session = () => import('../src/lib/session.js')

async function calmly(doing) {
  vi.useFakeTimers()
  const done = doing.then((value) => ({ value }), (error) => ({ error }))
  await vi.runAllTimersAsync()
  vi.useRealTimers()
  return done
}

describe('a refusal', () => {
  it('has its code and words', async () => {
    answering(problem(409, 'slot_full'))
    const { get } = await api()
    await expect(get('/x')).rejects.toMatchObject({ code: 'slot_full', message: 'detail of slot_full', status: 409 })
  })

  it('is told apart from a slow hall and a phone without a line', async () => {
    const { get } = await api()
    answering('cut')
    expect((await calmly(get('/x'))).error).toMatchObject({ code: 'offline', isOpen: true })
    answering('timeout')
    expect((await calmly(get('/x'))).error).toMatchObject({ code: 'timeout', isOpen: true })
  })
})

it('asks in the reader\'s language, with lists written out and nothing for what is not given', async () => {
  const asked = answering([200, []])
  const { chooseLanguage } = await import('../src/lib/i18n.js')
  const { get } = await api()
  chooseLanguage('en')
  await get('/halls/h/slots', { item: ['a b', 'c'], date: '2026-11-23', q: '' })
  expect(asked[0].path).toBe('/halls/h/slots?item=a%20b&item=c&date=2026-11-23&lang=en')
})

describe('what may be asked twice', () => {
  it('goes out again once, when the line was lost', async () => {
    const asked = answering('cut', [200, { is: 'there' }])
    const { get } = await api()
    expect((await calmly(get('/x'))).value).toEqual({ is: 'there' })
    expect(asked).toHaveLength(2)
  })

  it('goes out again after as long as a hall asks for whose store is away', async () => {
    const away = [503, { code: 'store_away', detail: 'Away.', retry_after: 2 }]
    const asked = answering(away, [200, {}])
    const { put } = await api()
    vi.useFakeTimers()
    const done = put('/me/identity', { name: 'Li' })
    await vi.advanceTimersByTimeAsync(1_900)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    vi.useRealTimers()
    await done
    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'PUT'])
  })

  it('is not asked a third time', async () => {
    const asked = answering(problem(503, 'store_away'))
    const { get } = await api()
    expect((await calmly(get('/x'))).error).toMatchObject({ code: 'store_away', isOpen: true })
    expect(asked).toHaveLength(2)
  })
})

describe('a deed', () => {
  const slot = { slot: 's1', item: 'house' }

  it('goes out again under its key when no answer came, also after the app was closed', async () => {
    const asked = answering('cut', [201, { id: 'a1' }])
    const first = await api()
    await expect(first.post('/appointments', slot)).rejects.toMatchObject({ code: 'offline' })
    vi.resetModules()
    const second = await api()
    await expect(second.post('/appointments', slot)).resolves.toEqual({ id: 'a1' })
    expect(asked[1].key).toBe(asked[0].key)
  })

  it('is asked for again by itself while the hall is slow, under the same key', async () => {
    const asked = answering('timeout', [201, { id: 'a1' }])
    const { post } = await api()
    expect((await calmly(post('/appointments', slot))).value).toEqual({ id: 'a1' })
    expect(asked.map(({ key }) => key)).toEqual([asked[0].key, asked[0].key])
  })

  it('has a new key after a refusal, with another body, or when something was taken back since', async () => {
    const { post } = await api()
    const asked = answering(problem(409, 'slot_full'))
    await expect(post('/appointments', slot)).rejects.toThrow()
    await expect(post('/appointments', slot)).rejects.toThrow()
    expect(asked[1].key).not.toBe(asked[0].key)

    const later = answering('cut', 'cut', [200, {}], [201, {}])
    await expect(post('/appointments', slot)).rejects.toThrow() // it was booked, but nobody heard
    await expect(post('/appointments', { ...slot, slot: 's2' })).rejects.toThrow()
    await post('/appointments/a1/cancel') // they saw it in the list and gave it up
    await post('/appointments', slot)
    expect(new Set(later.map(({ key }) => key)).size).toBe(4)
  })

  it('keeps its key when something else was done meanwhile', async () => {
    const asked = answering('cut', [201, {}], [201, {}], [201, {}])
    const { post } = await api()
    await expect(post('/appointments', slot)).rejects.toThrow() // it was booked, but nobody heard
    await post('/halls/h/tickets', { item: 'house' })
    await post('/appointments', slot)
    await post('/appointments', slot) // answered: this is another deed
    expect(asked[2].key).toBe(asked[0].key)
    expect(asked[3].key).not.toBe(asked[0].key)
  })

  it('forgets its key after ten minutes', async () => {
    const { post } = await api()
    const asked = answering('cut')
    await expect(post('/appointments', slot)).rejects.toThrow()
    vi.setSystemTime(Date.now() + 11 * 60_000)
    await expect(post('/appointments', slot)).rejects.toThrow()
    vi.useRealTimers()
    expect(asked[1].key).not.toBe(asked[0].key)
  })
})

describe('a session that has expired', () => {
  const signedIn = (token) => [201, { token, citizen: { id: 'c1' } }]

  async function named() {
    answering(signedIn('old'))
    const { signIn } = await session()
    await signIn('李 小明')
  }

  beforeEach(named)

  it('is renewed once, for all who find out at the same time, and what was asked is asked again', async () => {
    const asked = []
    uni.request = vi.fn((request) => {
      asked.push(request)
      setTimeout(() => {
        if (request.url.includes('/session')) request.success({ statusCode: 201, data: signedIn('new')[1] })
        else if (request.header.Authorization === 'Bearer old') request.success({ statusCode: 401, data: { code: 'unauthenticated', detail: '' } })
        else request.success({ statusCode: 200, data: { ok: request.url } })
      })
    })
    const { get, post } = await api()
    const [one, other] = await Promise.all([get('/me/tickets'), post('/tickets/t1/leave')])
    expect(one.ok).toContain('/me/tickets')
    expect(other.ok).toContain('/leave')
    expect(asked.filter(({ url }) => url.includes('/session'))).toHaveLength(1)
    const leaving = asked.filter(({ url }) => url.includes('/leave'))
    expect(leaving[0].header['Idempotency-Key']).toBe(leaving[1].header['Idempotency-Key'])
  })

  it('ends when nobody can be signed in any more, and stays when there was only no line', async () => {
    const { get } = await api()
    const { session: who } = await session()
    answering(problem(401, 'unauthenticated'), 'cut')
    await expect(get('/me')).rejects.toMatchObject({ status: 401 })
    expect(who.token).toBe('old')
    answering(problem(401, 'unauthenticated'), problem(401, 'login_code_wrong'))
    await expect(get('/me')).rejects.toMatchObject({ status: 401 })
    expect(who.token).toBe(null)
  })
})

it('a language chosen before signing in is told to the hall, and one it knows is not', async () => {
  const { chooseLanguage } = await import('../src/lib/i18n.js')
  const { signIn } = await import('../src/lib/session.js')
  const answer = [201, { token: 'new', citizen: { id: 'c', language: 'en' } }]
  chooseLanguage('en')
  expect(answering(answer)).toEqual([])
  await signIn('li')
  expect(uni.request).toHaveBeenCalledTimes(1)
  chooseLanguage('zh-CN')
  const asked = answering(answer)
  await signIn('li')
  expect(asked.slice(1)).toMatchObject([{ method: 'PUT', data: '{"language":"zh-CN"}' }])
})
