// The bookings of a day, and what staff do with them for people.

import { complain, dayAfter, dayInWords, drawTimes, inShort, itemsOf, nameOf, read, send, span, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { grouped } from '../shared/codes.js'
import { byId, el, fill, page, say, show } from '../shared/dom.js'

const READ_EVERY_MS = 30_000
let bookings = []

const day = byId('day')
day.value = new URLSearchParams(location.search).get('date') ?? page.today

async function refresh() {
  const asked = day.value
  const found = await read(`/staff/appointments?date=${asked}`)
  if (asked !== day.value) return
  bookings = found
  draw()
}

function turnTo(date) {
  if (!date) return
  day.value = date
  history.replaceState(null, '', date === page.today ? location.pathname : `?date=${date}`)
  bookings = []
  tell('')
  say('day-name', dayInWords(date))
  refresh().catch((error) => error.message && complain(error.message))
}

function draw() {
  const words = byId('find').value.replaceAll(/\s/g, '').toUpperCase()
  const found = bookings.filter((booking) => !words || searched(booking).includes(words))
  const standing = bookings.filter(({ state }) => state !== 'cancelled')
  const of = (state) => bookings.filter((booking) => booking.state === state).length
  say('counts', bookings.length
    ? `预约 ${standing.length} 个：已签到 ${of('checked_in')}，未签到 ${of('booked')}，未到 ${of('missed')}；另取消 ${of('cancelled')} 个`
    : '')
  fill('bookings', found.map(row))
  show('nobody', !found.length)
  say('nobody', bookings.length ? '没有找到。' : '这一天没有预约。')
}

const searched = (booking) => [
  booking.code, nameOf(booking), booking.phone, booking.ticket?.number, itemsOf(booking),
].join(' ').toUpperCase()

function row(booking) {
  const { code, state, hit, note, ticket, phone } = booking
  return el('tr', { 'data-state': state },
    el('td', { class: 'number' }, span(booking.slot, booking.date)),
    el('td', { class: 'number code' }, grouped(code)),
    el('td', {}, nameOf(booking)),
    el('td', {}, itemsOf(booking)),
    el('td', {}, el('span', { class: 'state' }, page.states[state]),
      hit && el('span', { class: 'tag warn', title: hit }, '受停办影响'),
      note && el('p', { class: 'quiet' }, note)),
    el('td', { class: 'number' }, ticket?.number ?? ''),
    el('td', { class: 'number' }, phone ?? ''),
    el('td', { class: 'deeds' }, state === 'booked' && deeds(booking)))
}

function deeds(booking) {
  return [
    booking.date === page.today && el('button', { onclick: () => checkIn(booking) }, '签到'),
    el('button', { onclick: () => move(booking) }, '改约'),
    el('button', { onclick: () => cancel(booking) }, '取消'),
  ]
}

const path = (booking, deed) => `/staff/appointments/${booking.id}/${deed}`

const told = ({ reached_by }) => reached_by === 'message' ? '预约人可在手机“我的消息”中看到。' : '请告诉办事人。'

async function checkIn(booking) {
  const ticket = await send(path(booking, 'check-in'))
  if (ticket) await done(`签到成功：${ticket.number} 号，${itemsOf(ticket)}。请告诉办事人号码。`)
}

async function cancel(booking) {
  const given = await ask('cancel', { booking: inShort(booking), told: told(booking) })
  if (given && await send(path(booking, 'cancel'))) await done(`已取消 ${grouped(booking.code)}。`)
}

async function move(booking) {
  const answer = ask('move', { booking: inShort(booking), told: told(booking) })
  moving = booking
  byId('move-day').value = booking.date < page.today ? page.today : booking.date
  offerTimes()
  const given = await answer
  const moved = given?.slot && await send(path(booking, 'reschedule'), { slot: given.slot })
  if (moved) await done(`已改约：${inShort(moved)}。`)
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
byId('find').addEventListener('input', draw)
day.addEventListener('change', () => turnTo(day.value))
turnTo(day.value)
setInterval(() => document.hidden || refresh().catch(() => {}), READ_EVERY_MS)
