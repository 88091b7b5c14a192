// What office pages share: reading and sending, and bookings in words.

import { call, insist, newKey } from '../shared/api.js'
import { byId, clockOf, el, fill, page, say, show } from '../shared/dom.js'
import { grouped } from '../shared/codes.js'
import { _ } from '../shared/language.js'
import { isSystem, upTo, upToDate } from '../shared/trouble.js'

const TRIES = 4
const NO_ANSWER = _('没有得到答复。请不要改动内容，再按一次；不会重复办理。')
const WEEKDAYS = [_('日'), _('一'), _('二'), _('三'), _('四'), _('五'), _('六')]
const DAY_MS = 24 * 60 * 60_000

/** What the server says now; whoever is signed out is asked to sign in. */
export async function read(path) {
  try {
    const answer = await call('GET', path)
    upToDate()
    offline(true)
    return answer
  } catch (error) {
    if (error.status === 401) location.reload()
    offline(!error.isOpen, error)
    throw error
  }
}

/** Say so while the page is not up to date. */
export function offline(isFresh, error) {
  show('offline', !isFresh)
  if (isFresh) return
  say('offline', isSystem(error)
    ? _('大厅的系统没有应答，以下是 %(time)s 的情况，恢复后自动更新。来人请先发纸质号，恢复后补录。', { time: upTo() })
    : _('网络不通，以下不是最新情况，正在重新连接。'))
}

let pending = null // what was sent last, until it is answered: {text, key}
let isBusy = false

/**
 * The answer to a deed; null while another is under way, or when it was refused, which is said. The
 * same deed sent again after no answer goes under its old key, so it is done once.
 */
export async function send(path, body = {}) {
  if (isBusy) return null
  isBusy = true
  const text = JSON.stringify([path, body])
  if (pending?.text !== text) pending = { text, key: newKey() }
  tell(_('正在办理……'))
  try {
    const onLost = () => tell(_('网络不稳定，正在重新发送，请不要重复操作……'))
    const answer = await insist(path, { body, key: pending.key, tries: TRIES, onLost })
    pending = null
    tell('')
    return answer
  } catch (error) {
    if (error.status === 401) location.reload()
    complain(error.message || NO_ANSWER)
    return null
  } finally {
    isBusy = false
  }
}

export function tell(words, isFault = false) {
  say('said', words)
  byId('said').classList.toggle('fault', isFault)
}

export const complain = (words) => tell(words, true)

/** 11月24日（周二） */
export function dayInWords(day) {
  const at = new Date(`${day}T00:00:00Z`)
  const [month, date] = [at.getUTCMonth() + 1, at.getUTCDate()]
  return _('%(month)s月%(date)s日（周%(weekday)s）', { month, date, weekday: WEEKDAYS[at.getUTCDay()] })
}

/** The date so many days later, or earlier. */
export const dayAfter = (day, days) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** 09:30–10:00; 次日 00:30–01:00 where that is still the hall day `date`. */
export function span({ starts_at, ends_at }, date = starts_at.slice(0, 10)) {
  const times = { from: clockOf(starts_at), to: clockOf(ends_at) }
  return starts_at.slice(0, 10) > date ? _('次日 %(from)s–%(to)s', times) : `${times.from}–${times.to}`
}

/** 11月25日（周三）00:30–01:00, by the calendar, whatever the hall day. */
export const whenOf = ({ slot }) =>
  _('%(day)s%(times)s', { day: dayInWords(slot.starts_at.slice(0, 10)), times: span(slot) })

export const itemsOf = ({ items }) => items.map((code) => page.items[code] ?? code).join(_('、'))

export const nameOf = ({ person }) => person.name ?? ''

/** 0956 485 200，李*明，11月24日（周二）09:30–10:00，身份证 */
export const inShort = (booking) => [
  grouped(booking.code),
  nameOf(booking),
  whenOf(booking),
  itemsOf(booking),
].filter(Boolean).join(_('，'))

/** How somebody hears of a change: by looking at their phone, or from us; and their number. */
export function reachedBy({ reached_by, phone }) {
  if (reached_by === 'message') return [_('可在手机“我的消息”中看到'), phone && el('p', { class: 'quiet number' }, phone)]
  if (reached_by === 'phone') return el('b', { class: 'number' }, _('打电话 %(phone)s', { phone }))
  return _('没有留电话')
}

/**
 * A day's free times for these items, as radio buttons named `slot` in the element `id`. The places
 * kept for staff are sold first: nobody else can have them. What was chosen stays chosen while it is
 * still free.
 */
export async function drawTimes(id, items, date) {
  const asked = `${items} ${date}`
  byId(id).dataset.asked = asked
  const times = await timesOn(items, date).catch((error) => complain(error.message || NO_ANSWER))
  if (!times || byId(id).dataset.asked !== asked) return // another day was chosen meanwhile
  const before = byId(id).querySelector(':checked')?.value
  fill(id, times.length
    ? times.map(timeTile)
    : el('p', { class: 'quiet' }, _('%(day)s没有可以预约的时段，请换一天。', { day: dayInWords(date) })))
  for (const time of byId(id).querySelectorAll('input')) time.checked = time.value === before
}

/** The free times of a day: [{span, public, staff}], the last two being slots or absent. */
export async function timesOn(items, date) {
  const query = new URLSearchParams([...items.map((item) => ['item', item]), ['date', date]])
  const times = new Map()
  for (const slot of await read(`/staff/slots?${query}`)) {
    const when = span(slot, date)
    times.set(when, { ...times.get(when), span: when, [slot.pool]: slot })
  }
  return [...times.values()]
}

function timeTile(time) {
  const { id } = time.staff ?? time.public
  return el('label', { class: 'time' },
    el('input', { type: 'radio', name: 'slot', value: id, required: '' }),
    el('b', { class: 'number' }, time.span),
    el('span', {}, _('公众 %(open)s · 代办 %(kept)s', { open: time.public?.left ?? 0, kept: time.staff?.left ?? 0 })))
}
