// The bookings of a day, and what staff do with them for people.

import { complain, dayAfter, dayInWords, drawTimes, inShort, itemsOf, nameOf, read, send, span, tell, whenOf } from './office.js'
import { call, newKey } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { grouped, shown } from '../shared/codes.js'
import { byId, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 30_000
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/
let bookings = []
let sought = null // what was looked for on all days: the body of that request

const day = byId('day')
day.value = new URLSearchParams(location.search).get('date') ?? page.today

async function refresh() {
  const asked = sought ?? day.value
  const found = sought ? await call('POST', '/staff/appointments/find', { body: sought, key: newKey() })
    : await read(`/staff/appointments?date=${asked}`)
  if (asked !== (sought ?? day.value)) return
  bookings = found
  draw()
}

function turnTo(date) {
  if (!date) return
  day.value = date
  history.replaceState(null, '', date === page.today ? location.pathname : `?date=${date}`)
  sought = null
  bookings = []
  tell('')
  say('day-name', dayInWords(date))
  refresh().catch((error) => error.message && complain(error.message))
}

/** Whose bookings on whatever day? A name or a telephone is sealed, and found on the day only. */
async function seek(event) {
  event.preventDefault()
  const text = typed()
  const named = shown(text) ?? (CREDIT_CODE.test(text) ? { credit_code: text } : null)
  if (!named) return complain(_('查所有日期，请输入预约码、身份证号码或信用代码；姓名、电话只在当天查找。'))
  tell('')
  sought = named
  return refresh().catch((error) => complain(error.message || _('网络不通，请稍候再试。')))
}

/** Typing on looks through the day again. */
function look() {
  if (!sought) return draw()
  return turnTo(day.value)
}

const typed = () => byId('find').value.replaceAll(/\s/g, '').toUpperCase()

function draw() {
  const words = sought ? '' : typed()
  const found = bookings.filter((booking) => !words || searched(booking).includes(words))
  const standing = bookings.filter(({ state }) => state !== 'cancelled')
  const of = (state) => bookings.filter((booking) => booking.state === state).length
  say('day-name', sought ? _('所有日期') : dayInWords(day.value))
  say('counts', bookings.length && !sought
    ? _('预约 %(all)s 个：已签到 %(came)s，未签到 %(booked)s，未到 %(missed)s；另取消 %(cancelled)s 个', {
      all: standing.length, came: of('checked_in'), booked: of('booked'), missed: of('missed'), cancelled: of('cancelled'),
    })
    : '')
  fill('bookings', found.map(row))
  show('nobody', !found.length)
  say('nobody', bookings.length || sought ? _('没有找到。') : _('这一天没有预约。'))
}

const searched = (booking) => [
  booking.code, nameOf(booking), booking.phone, booking.ticket?.number, itemsOf(booking),
].join(' ').toUpperCase()

function row(booking) {
  const { code, state, hit, note, ticket, phone } = booking
  return el('tr', { 'data-state': state },
    el('td', { class: 'number' }, sought ? whenOf(booking) : span(booking.slot, booking.date)),
    el('td', { class: 'number code' }, grouped(code)),
    el('td', {}, nameOf(booking)),
    el('td', {}, itemsOf(booking)),
    el('td', {}, el('span', { class: 'state' }, _(page.states[state])),
      hit && el('span', { class: 'tag warn', title: hit }, _('受停办影响')),
      note && el('p', { class: 'quiet' }, note)),
    el('td', { class: 'number' }, ticket?.number ?? ''),
    el('td', { class: 'number' }, phone ?? ''),
    el('td', { class: 'deeds' }, state === 'booked' && deeds(booking)))
}

function deeds(booking) {
  return [
    booking.date === page.today && el('button', { onclick: () => checkIn(booking) }, _('签到')),
    el('button', { onclick: () => move(booking) }, _('改约')),
    el('button', { onclick: () => cancel(booking) }, _('取消')),
  ]
}

const path = (booking, deed) => `/staff/appointments/${booking.id}/${deed}`

const told = ({ reached_by }) => reached_by === 'message' 
  ? _('预约人可在手机“我的消息”中看到。')
  : _('请告诉办事人。')

async function checkIn(booking) {
  const ticket = await send(path(booking, 'check-in'))
  if (ticket) {
    await done(_('签到成功：%(number)s 号，%(items)s。请告诉办事人号码。', { number: ticket.number, items: itemsOf(ticket) }))
  }
}

async function cancel(booking) {
  const given = await ask('cancel', { booking: inShort(booking), told: told(booking) })
  if (given && await send(path(booking, 'cancel'))) {
    await done(_('已取消 %(code)s。', { code: grouped(booking.code) }))
  }
}

async function move(booking) {
  const answer = ask('move', { booking: inShort(booking), told: told(booking) })
  moving = booking
  byId('move-day').value = booking.date < page.today ? page.today : booking.date
  offerTimes()
  const given = await answer
  const moved = given?.slot && await send(path(booking, 'reschedule'), { slot: given.slot })
  if (moved) await done(_('已改约：%(booking)s。', { booking: inShort(moved) }))
}

let moving = null // the booking whose other times are shown

function offerTimes() {
  const date = byId('move-day').value
  fill('move-times')
  if (date) drawTimes('move-times', moving.items, date)
}

async function done(words) {
  tell(words)
  await refresh().catch(() => {}) // that it was done is said already
}

byId('before').addEventListener('click', () => turnTo(dayAfter(day.value, -1)))
byId('after').addEventListener('click', () => turnTo(dayAfter(day.value, 1)))
byId('move-day').addEventListener('change', offerTimes)
byId('find').addEventListener('input', look)
byId('finder').addEventListener('submit', seek)
day.addEventListener('change', () => turnTo(day.value))
turnTo(day.value)
setInterval(() => document.hidden || refresh().catch(() => {}), READ_EVERY_MS)
