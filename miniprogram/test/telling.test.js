import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answering } from './server.js'

describe('moments', () => {
  it('are the hall\'s, wherever the phone is', async () => {
    const { clock, day, span } = await import('../src/lib/times.js')
    const late = '2026-11-22T00:30:00.000+08:00' // the day before, in Europe
    expect(clock(late)).toBe('00:30')
    expect(span(late, '2026-11-22T01:00:00.000+08:00')).toBe('00:30–01:00')
    expect([day(late, '2026-11-22'), day(late, '2026-11-21'), day(late)]).toEqual(['今天', '明天', '11月22日 周日'])
  })

  it('are counted in days across a change of the clocks', async () => {
    const { daysFrom } = await import('../src/lib/times.js')
    expect(daysFrom('2026-03-28', '2026-03-30')).toBe(2)
  })

  it.each([
    [{ p50_s: 40, p90_s: 200 }, '不到 5 分钟'],
    [{ p50_s: 200, p90_s: 840 }, '约 5–15 分钟'],
    [{ p50_s: 601, p90_s: 890 }, '约 15 分钟'],
    [{ p50_s: 3000, p90_s: 4800 }, '约 50 分钟至 1 小时 20 分钟'],
    [{ p50_s: 7200, p90_s: 7200 }, '约 2 小时'],
    [{ p50_s: null, p90_s: null }, '暂时无法估计'],
  ])('and waits %o are told as %s', async (estimate, words) => {
    const { wait } = await import('../src/lib/times.js')
    expect(wait(estimate)).toBe(words)
  })
})

it('tells an ID number from a mistyped one', async () => {
  const { isIdNumber } = await import('../src/lib/idnumber.js')
  expect(['11010519491231002X', ' 11010519491231002x ', '440524188001010014'].map(isIdNumber)).toEqual([true, true, true])
  expect(['110105194912310021', '11010519491231020X', '4405241880010100', ''].map(isIdNumber)).toEqual([false, false, false, false])
})

describe('asking whether WeChat may send', () => {
  const templates = ['booking', 'reminder', 'queue', 'other'].map((key) => ({ key, id: `t-${key}` }))
  let put

  async function ready() {
    vi.stubEnv('UNI_PLATFORM', 'mp-weixin')
    answering([200, { templates }])
    const { session } = await import('../src/lib/session.js')
    session.token = 'here'
    const asking = await import('../src/lib/subscribe.js')
    await asking.readyToAsk()
    put = answering([200, { templates }])
    return asking
  }

  const saying = (answers) => {
    uni.requestSubscribeMessage = vi.fn(({ success }) => success({ errMsg: 'ok', ...answers }))
  }

  beforeEach(() => { vi.setSystemTime(new Date(2026, 10, 22, 9)) })

  it('is done within the tap, for three at most, and the answers are reported', async () => {
    const { mayWeTell } = await ready()
    saying({ 't-booking': 'accept', 't-reminder': 'reject' })
    mayWeTell('booking', 'reminder', 'queue', 'other')
    expect(uni.requestSubscribeMessage.mock.calls[0][0].tmplIds).toEqual(['t-booking', 't-reminder', 't-queue'])
    await vi.waitFor(() => expect(put).toHaveLength(1))
    expect(JSON.parse(put[0].data)).toEqual({ answers: { 't-booking': 'accept', 't-reminder': 'reject' } })
  })

  it('leaves alone until tomorrow whoever said no', async () => {
    const { mayWeTell } = await ready()
    saying({ 't-queue': 'reject' })
    await mayWeTell('queue')
    await mayWeTell('queue')
    expect(uni.requestSubscribeMessage).toHaveBeenCalledTimes(1)
    vi.setSystemTime(new Date(2026, 10, 23, 9))
    await mayWeTell('queue')
    expect(uni.requestSubscribeMessage).toHaveBeenCalledTimes(2)
  })

  it('never stands in the way of what was tapped', async () => {
    const { mayWeTell } = await ready()
    uni.requestSubscribeMessage = ({ fail }) => fail({ errCode: 20004 })
    await expect(mayWeTell('queue')).resolves.toBeUndefined()
  })
})
