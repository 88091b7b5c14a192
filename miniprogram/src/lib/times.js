// Moments as people in the hall read them: always by the hall's clock, whose offset the API's times
// carry (`2026-11-22T09:00:00.000+08:00`). The phone's own zone is never asked.

import { t } from './i18n.js'

const DAY_MS = 24 * 60 * 60_000
const PARTS = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/

/** '09:00' */
export function clock(wire) {
  const [, , , , hour, minute] = PARTS.exec(wire)
  return `${hour}:${minute}`
}

/** '09:00–09:30' */
export const span = (from, to) => `${clock(from)}–${clock(to)}`

/** The hall's date of a moment, or of a date: '2026-11-22' */
export const dateOf = (wire) => wire.slice(0, 10)

/** '11月22日 周日', or today, tomorrow, the day after it where the hall's `today` is told. */
export function day(wire, today) {
  const ahead = today ? daysFrom(today, wire) : NaN
  const near = { 0: t('今天'), 1: t('明天'), 2: t('后天') }[ahead]
  const [, , month, date] = PARTS.exec(wire)
  const named = t('%(month)s%(date)s日', { month: months()[month - 1], date: +date })
  return near ?? `${named} ${weekday(wire)}`
}

/** '2023年5月6日': of a date that may be long past. */
export function fullDate(wire) {
  const [, year, month, date] = PARTS.exec(wire)
  return t('%(year)s年%(month)s%(date)s日', { year, month: months()[month - 1], date: +date })
}

/** '周日' */
export function weekday(wire) {
  return [t('周日'), t('周一'), t('周二'), t('周三'), t('周四'), t('周五'), t('周六')][
    new Date(utc(wire)).getUTCDay()
  ]
}

/** A moment as milliseconds, to be compared with another; what it is called is never read off them. */
export const instant = (wire) => Date.parse(wire)

/** Whole days from one date to another. */
export const daysFrom = (from, to) => Math.round((utc(to) - utc(from)) / DAY_MS)

/** Seconds as a wait: '不到 5 分钟', '约 10–15 分钟', '约 50 分钟至 1 小时 20 分钟'. Null: not known. */
export function wait({ p50_s: likely, p90_s: atMost } = {}) {
  if (likely == null || atMost == null) return t('暂时无法估计')
  const [from, to] = [rounded(likely), rounded(atMost)]
  if (to <= 5) return t('不到 5 分钟')
  if (from === to) return t('约 %(time)s', { time: lasting(to) })
  return to < 60
    ? t('约 %(from)s–%(to)s 分钟', { from: Math.max(from, 1), to })
    : t('约 %(from)s至 %(to)s', { from: lasting(from), to: lasting(to) })
}

function lasting(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (!hours) return t('%(minutes)s 分钟', { minutes })
  return rest ? t('%(hours)s 小时 %(minutes)s 分钟', { hours, minutes: rest }) : t('%(hours)s 小时', { hours })
}

/** Minutes, to the next five: nobody is told 12 minutes by a forecast. */
const rounded = (seconds) => Math.ceil(seconds / 60 / 5) * 5

function utc(wire) {
  const [, year, month, date] = PARTS.exec(wire)
  return Date.UTC(year, month - 1, date)
}

const months = () => [
  t('1月'), t('2月'), t('3月'), t('4月'), t('5月'), t('6月'),
  t('7月'), t('8月'), t('9月'), t('10月'), t('11月'), t('12月'),
]
