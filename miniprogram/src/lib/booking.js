// Days, times and bookings in words.

import { t } from './i18n.js'
import { clock, dateOf, day, daysFrom, instant } from './times.js'

/** A day of the calendar in one word; the tone is a class of App.vue. */
export function dayState({ state }) {
  return {
    open: { words: t('可约'), tone: 'good' },
    full: { words: t('约满'), tone: 'warn' },
    closed: { words: t('不约'), tone: 'off' },
    not_released: { words: t('未放号'), tone: 'off' },
    past: { words: t('已过'), tone: 'off' },
  }[state]
}

/** Why nothing can be booked on a day, and when it can; nothing for an open one. */
export function whyNot({ state, reason, releases_at: releases }, today) {
  return {
    full: t('这一天已经约满。'),
    closed: reason ?? t('这一天不办理预约。'),
    not_released: releases
      ? t('%(day)s %(time)s 开放预约，请届时再来。', { day: day(releases, today), time: clock(releases) })
      : t('这一天还没有开放预约。'),
    past: t('今天的预约时段已过，请选择其他日期；也可以到大厅取号。'),
  }[state] ?? ''
}

/**
 * The times of a hall day by the parts of a day, in their order, as `[{words, slots}]`. A hall day
 * may reach into the next date: those hours come last.
 */
export function partsOfDay(slots, date) {
  const parts = new Map()
  for (const slot of slots) {
    const words = partOf(slot.starts_at, date)
    parts.set(words, [...(parts.get(words) ?? []), slot])
  }
  return [...parts].map(([words, its]) => ({ words, slots: its }))
}

function partOf(wire, date) {
  if (daysFrom(date, dateOf(wire)) > 0) return t('次日凌晨')
  const hour = Number(clock(wire).slice(0, 2))
  if (hour < 6) return t('凌晨')
  if (hour < 12) return t('上午')
  return hour < 18 ? t('下午') : t('晚上')
}

/** '23', and '12/1' where a month begins: short enough for a seventh of a phone. */
export function shortDate(date) {
  const [, month, of] = date.split('-').map(Number)
  return of === 1 ? `${month}/${of}` : `${of}`
}

/** A booking's state as `{words, tone}`. */
export function bookingState({ state }) {
  return {
    booked: { words: t('已预约'), tone: '' },
    checked_in: { words: t('已签到'), tone: 'good' },
    cancelled: { words: t('已取消'), tone: 'off' },
    missed: { words: t('未到'), tone: 'fault' },
  }[state] ?? { words: state, tone: 'off' }
}

/** A booking's code as it is read out: '1234 567 890'; `withCodes`: each one in a text. */
export const grouped = (code) => code.replace(/^(\d{4})(\d{3})(\d{3})$/, '$1 $2 $3')
export const withCodes = (text) => text.replace(/\b\d{10}\b/g, grouped)

/** What has become of standing in line for a full day, as `{words, tone}`. */
export function waitingState({ state }) {
  return {
    waiting: { words: t('候补中'), tone: '' },
    offered: { words: t('有名额了'), tone: 'good' },
    accepted: { words: t('已接受'), tone: 'good' },
    lapsed: { words: t('逾期未接受'), tone: 'off' },
    left: { words: t('已退出'), tone: 'off' },
    over: { words: t('没有候补上'), tone: 'off' },
  }[state] ?? { words: state, tone: 'off' }
}

/** The hours somebody waits for, of a day; `from` and `to` may be open. */
export function hoursWanted({ from, to }) {
  if (from && to) return `${from}–${to}`
  if (from) return t('%(time)s 以后', { time: from })
  return to ? t('%(time)s 以前', { time: to }) : t('全天')
}

/** What is left until a moment, by the hall's clock: '12 分 05 秒', or '' when it is over. */
export function timeLeft(until, now) {
  const seconds = now === null ? 0 : Math.ceil((instant(until) - now) / 1000)
  if (seconds <= 0) return ''
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')]
  return minutes < 60
    ? t('%(minutes)s 分 %(seconds)s 秒', { minutes, seconds: rest })
    : t('%(hours)s 小时 %(minutes)s 分', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}

/**
 * Whether a booking can be checked in now, as `{open, words}`: the promise of its time holds until
 * `on_time_until`, and somewhat later still puts it before who comes without one.
 */
export function checkIn(booking, now, today) {
  const { check_in_opens_at: opens, on_time_until: onTime, check_in_closes_at: closes } = booking
  const at = (wire) => `${day(wire, today)} ${clock(wire)}`
  if (now < instant(opens)) return { open: false, words: t('%(time)s 起可以签到。', { time: at(opens) }) }
  if (now <= instant(onTime)) return { open: true, words: t('请在 %(time)s 前签到，签到后才开始排队。', { time: clock(onTime) }) }
  if (now <= instant(closes)) return { open: true, words: t('预约时段已过，%(time)s 前签到仍按预约排队，位置会靠后。', { time: clock(closes) }) }
  return { open: dateOf(opens) === today, words: t('已过预约签到时间，到大厅后按现场取号排队。') }
}
