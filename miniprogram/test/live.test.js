import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventParser } from '../src/lib/stream.js'
import { streaming } from './server.js'

describe('a stream of events', () => {
  const heard = (text, cut) => {
    const got = []
    const feed = eventParser((event) => got.push(event))
    const bytes = new TextEncoder().encode(text)
    for (let at = 0; at < bytes.length; at += cut) feed(bytes.slice(at, at + cut).buffer)
    return got
  }
  const told = ': 还在\r\n\r\nevent: ticket\nid: g:1-0\ndata: {"窗口":"3"}\n\ndata:first\rdata: second\r\r\nretry: 5\n\ndata: cut off'

  it.each([1, 2, 3, 7, 1000])('is read the same when it comes %i bytes at a time', (cut) => {
    expect(heard(told, cut)).toEqual([
      { event: 'ticket', id: 'g:1-0', data: '{"窗口":"3"}' },
      { event: 'message', id: 'g:1-0', data: 'first\nsecond' },
    ])
  })
})

describe('following', () => {
  let opened, states, events, stop, gone, asks, look

  async function begin() {
    const { follow } = await import('../src/lib/live.js')
    stop = follow('/tickets/t1/events', {
      onEvent: ({ data }) => events.push(data),
      onState: (state) => states.push(state),
      onGone: (error) => { gone = error },
      ask: async () => { asks += 1; return look() },
    })
  }

  beforeEach(async () => {
    vi.useFakeTimers()
    vi.stubEnv('UNI_PLATFORM', 'mp-weixin')
    ;[states, events, asks, gone] = [[], [], 0, null]
    look = () => null
    opened = streaming()
    await begin()
  })
  afterEach(() => { stop(); vi.useRealTimers() })

  it('goes on where it broke', async () => {
    opened[0].send('id: g:7\ndata: {"ahead": 3}\n\n')
    opened[0].cut()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(opened[1].header['Last-Event-ID']).toBe('g:7')
    opened[1].send('id: g:8\ndata: {"ahead": 2}\n\n')
    expect(events).toEqual([{ ahead: 3 }, { ahead: 2 }])
    expect(states.at(-1)).toBe('live')
  })

  it('takes a heartbeat for life, and silence for the end', async () => {
    for (let n = 0; n < 5; n += 1) {
      opened[0].send(': still here\n\n')
      await vi.advanceTimersByTimeAsync(30_000)
    }
    expect(opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(opened[0].aborted).toBe(true)
    expect(opened).toHaveLength(2)
  })

  it('asks now and then where no stream comes through, and stops when one does', async () => {
    opened[0].cut()
    await vi.advanceTimersByTimeAsync(2_000)
    opened[1].cut()
    await vi.advanceTimersByTimeAsync(100)
    expect([asks, states.at(-1)]).toEqual([1, 'asking'])
    await vi.advanceTimersByTimeAsync(3_000)
    opened[2].send('data: {"ahead": 1}\n\n')
    const before = asks
    await vi.advanceTimersByTimeAsync(25_000)
    expect(asks).toBe(before)
    expect(states.at(-1)).toBe('live')
  })

  it('asks soon where a stream is swallowed on its way', async () => {
    look = () => ({ ahead: 4 })
    await vi.advanceTimersByTimeAsync(6_000)
    expect([events, states.at(-1)]).toEqual([[{ ahead: 4 }], 'asking'])
    expect(opened).toHaveLength(1)
    opened[0].send('data: {"ahead": 3}\n\n')
    await vi.advanceTimersByTimeAsync(25_000)
    expect([asks, states.at(-1)]).toEqual([1, 'live'])
  })

  it('drops a look that is older than what a stream has told', async () => {
    look = () => new Promise((answer) => setTimeout(answer, 3_000, { ahead: 4 }))
    await vi.advanceTimersByTimeAsync(6_000)
    opened[0].send('data: {"ahead": 3}\n\n')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(events).toEqual([{ ahead: 3 }])
  })

  it('goes on after a token expired while there was no line, and ends when nobody is signed in', async () => {
    const { session } = await import('../src/lib/session.js')
    Object.assign(session, { token: 'old', name: '李' })
    const [noLine, stream] = [({ fail }) => fail({ errMsg: 'request:fail' }), uni.request]
    let signIn = noLine
    uni.request = (request) => (request.url.includes('/session') ? signIn(request) : stream(request))
    opened[0].end(401)
    await vi.advanceTimersByTimeAsync(2_000)
    expect([gone, opened.length, opened[1].header.Authorization]).toEqual([null, 2, 'Bearer old'])

    signIn = ({ success }) => success({ statusCode: 401, data: { code: 'login_code_wrong', detail: '' } })
    opened[1].end(401)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([gone.status, opened.length]).toEqual([401, 2])
  })

  it('leaves a hall that is down more and more time', async () => {
    for (let n = 0; n < 12; n += 1) {
      opened.at(-1).cut()
      await vi.advanceTimersByTimeAsync(40_000)
    }
    const before = opened.length
    opened.at(-1).cut()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(opened.length).toBe(before)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(opened.length).toBe(before + 1)
  })

  it('begins again at once when the phone wakes', async () => {
    const [[wake], [sleep]] = [uni.onAppShow.mock.calls[0], uni.onAppHide.mock.calls[0]]
    sleep()
    expect(opened[0].aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(60 * 60_000)
    expect(opened).toHaveLength(1)
    wake()
    expect(opened).toHaveLength(2)
  })

  it('ends for good when there is nothing to follow any more', async () => {
    opened[0].start(404)
    opened[0].send('{"code": "ticket_not_found"}')
    opened[0].end(404)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([gone.status, opened.length, events]).toEqual([404, 1, []])
  })
})
