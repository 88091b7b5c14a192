import { beforeEach, describe, expect, it } from 'vitest'

let booking
beforeEach(async () => { booking = await import('../src/lib/booking.js') })

const at = (time, date = '2026-11-23') => `${date}T${time}:00.000+08:00`
const slot = (id, starts) => ({ id, starts_at: starts })

it('puts the hours after midnight last, where the hall day has them', () => {
  const parts = booking.partsOfDay(
    [slot('a', at('03:00')), slot('b', at('09:00')), slot('c', at('11:30')), slot('d', at('18:00')), slot('e', at('00:30', '2026-11-24'))],
    '2026-11-23',
  )
  expect(parts.map(({ words, slots }) => [words, slots.map(({ id }) => id).join('')]))
    .toEqual([['凌晨', 'a'], ['上午', 'bc'], ['晚上', 'd'], ['次日凌晨', 'e']])
})

it('counts an offer down by the hall\'s clock, also where a phone counts in another zone', () => {
  const until = '2026-11-23T10:00:00.000+08:00'
  const left = (now) => booking.timeLeft(until, Date.parse(now))
  expect(left('2026-11-23T01:47:55.000+00:00')).toBe('12 分 05 秒')
  expect(left('2026-11-23T01:59:59.200+00:00')).toBe('0 分 01 秒')
  expect(left('2026-11-23T02:00:00.000+00:00')).toBe('')
  expect(left('2026-11-22T23:30:00.000+00:00')).toBe('2 小时 30 分')
  expect(booking.timeLeft(until, null)).toBe('')
})

describe('checking in', () => {
  const one = { check_in_opens_at: at('08:00'), on_time_until: at('09:40'), check_in_closes_at: at('10:30') }
  const told = (time, date) => booking.checkIn(one, Date.parse(at(time, date)), date ?? '2026-11-23')
  it('opens, keeps its promise, then goes on as a walk-in until the day is over', () => {
    expect(told('18:00', '2026-11-22')).toEqual({ open: false, words: '明天 08:00 起可以签到。' })
    expect(told('07:59')).toEqual({ open: false, words: '今天 08:00 起可以签到。' })
    expect(told('08:00')).toEqual({ open: true, words: '请在 09:40 前签到，签到后才开始排队。' })
    expect(told('09:41').words).toMatch('10:30 前签到仍按预约排队')
    expect(told('11:00')).toEqual({ open: true, words: '已过预约签到时间，到大厅后按现场取号排队。' })
    expect(told('09:00', '2026-11-24').open).toBe(false)
  })
})

it('writes codes as they are read out, and leaves other numbers alone', () => {
  expect(booking.grouped('1234567890')).toBe('1234 567 890')
  expect(booking.withCodes('预约码 1234567890，请致电 13812345678。')).toBe('预约码 1234 567 890，请致电 13812345678。')
})

it('says of a hall that never closes that it is open all day', async () => {
  const { hoursOf } = await import('../src/lib/hall.js')
  const from = (opens, closes) => ({ hours_today: [{ opens_at: at(opens), closes_at: at(closes) }] })
  expect(hoursOf(from('00:00', '00:00'))).toBe('今天全天办公')
  expect(hoursOf(from('09:00', '17:00'))).toBe('今天 09:00–17:00')
})
