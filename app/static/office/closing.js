// A day that closes or shrinks: who is hit, and one form that moves or cancels them all.

import { complain, dayInWords, itemsOf, nameOf, reachedBy, read, send, whenOf } from './office.js'
import { ask } from '../shared/dialog.js'
import { grouped } from '../shared/codes.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const OUTCOMES = { left: _('没有空位，未改'), moved: _('已改期'), cancelled: _('已取消') }
const form = byId('settle')
const day = byId('day')
let all = [] // every booking that is hit

const hits = () => all.filter(({ date }) => !day.value || date === day.value)

async function refresh() {
  all = await read('/staff/appointments/hit')
  const days = [...new Set(all.map(({ date }) => date))].sort()
  const wanted = days.includes(day.value) ? day.value : ''
  fill('day', el('option', { value: '' }, _('全部日期')),
    days.map((date) => el('option', { value: date }, dayInWords(date))))
  day.value = wanted
  draw()
}

function draw() {
  const found = hits()
  say('count', found.length ? _('%(n)s 个', { n: found.length }) : '')
  fill('hit', found.map((booking) => el('tr', {},
    el('td', { class: 'number' }, whenOf(booking)),
    ...who(booking),
    el('td', {}, booking.hit),
    el('td', {}, reachedBy(booking)))))
  show('nobody', !found.length)
  show(form ? 'settle' : 'not-mine', found.length > 0)
  if (form) prepare(found)
}

const who = (booking) => [
  el('td', { class: 'number code' }, grouped(booking.code)),
  el('td', {}, nameOf(booking)),
  el('td', {}, itemsOf(booking)),
]

/** The button says what it will do; the reason begins as the hall's file has it, if it is one. */
function prepare(found) {
  const { reason } = form.elements
  const reasons = new Set(found.map(({ hit }) => hit))
  if (!reason.value && reasons.size === 1) [reason.value] = reasons
  say('go', isCancelling() ? _('取消 %(n)s 个预约……', { n: found.length }) : _('改期 %(n)s 个预约……', { n: found.length }))
  form.elements.to.required = form.elements.action.value === 'to'
}

const isCancelling = () => form.elements.action.value === 'cancel'

async function settle(event) {
  event.preventDefault()
  const { reason, action, to } = Object.fromEntries(new FormData(form))
  await refresh().catch(() => {}) // what is confirmed is what stands now
  const found = hits()
  if (!found.length) return
  const given = await ask('settle', { ...confirmation(found, action, to), reason })
  if (!given) return
  const done = await settleAll({
    action: action === 'cancel' ? 'cancel' : 'move',
    reason: reason.trim(),
    ...(day.value && { date: day.value }),
    ...(action === 'to' && { to }),
  })
  if (done) await tellOutcome(done)
}

/**
 * What became of them all: a part at a time, until none remain. What was done before a refusal or a
 * lost answer is told too; null if that was nothing.
 */
async function settleAll(body) {
  const done = { moved: [], cancelled: [], left: [], remaining: null }
  while (done.remaining !== 0) {
    const after = done.left.at(-1)?.id
    const part = await send('/staff/appointments/settle', { ...body, ...(after && { after }) })
    if (!part) return done.remaining === null ? null : done
    Object.keys(OUTCOMES).forEach((outcome) => done[outcome].push(...part[outcome]))
    done.remaining = part.remaining
  }
  return done
}

function confirmation(found, action, to) {
  const by = (how) => found.filter(({ reached_by }) => reached_by === how).length
  const silent = by(null)
  const calls = by('phone') + silent
  return {
    title: titleOf(action, found.length, to),
    told: by('message')
      ? _('%(n)s 人可在手机“我的消息”中看到。', { n: by('message') })
      : _('没有人能在手机上看到消息。'),
    called: calledInWords(calls, silent),
    do: action === 'cancel' ? _('取消 %(n)s 个', { n: found.length }) : _('改期 %(n)s 个', { n: found.length }),
  }
}

function titleOf(action, n, to) {
  if (action === 'cancel') return _('取消 %(n)s 个预约', { n })
  if (action === 'to') return _('改期 %(n)s 个预约到%(day)s', { n, day: dayInWords(to) })
  return _('改期 %(n)s 个预约到最近有空的时段', { n })
}

function calledInWords(n, silent) {
  if (!n) return _('没有人须打电话。')
  return silent
    ? _('%(n)s 人须打电话通知，其中 %(silent)s 人没有留电话；办完后列出名单。', { n, silent })
    : _('%(n)s 人须打电话通知；办完后列出名单。', { n })
}

/** What became of them, those first whom somebody has to call. */
async function tellOutcome(done) {
  const outcomes = Object.entries(OUTCOMES).flatMap(([outcome, words]) =>
    done[outcome].map((booking) => ({ booking, words })))
  const known = await reachable(outcomes.map(({ booking }) => booking))
  const rows = outcomes.map(({ booking, words }) => ({ booking: known.get(booking.id) ?? booking, words }))
  const toCall = rows.filter(({ booking }) => booking.reached_by !== 'message')
  const counts = Object.entries(OUTCOMES)
    .filter(([outcome]) => done[outcome].length)
    .map(([outcome, words]) => _('%(what)s %(n)s 个', { what: words, n: done[outcome].length }))
  say('settled-title', _('办理结果：%(counts)s', { counts: counts.join(_('，')) }))
  say('settled-words', toCall.length
    ? _('请打电话通知 %(n)s 人。', { n: toCall.length })
    : _('预约人都可在手机“我的消息”中看到。'))
  fill('results', [...toCall, ...rows.filter((each) => !toCall.includes(each))].map(resultRow))
  show('settled')
  byId('settled-title').focus()
  if (!done.remaining) form.reset()
  await refresh().catch(() => {})
}

/** Bookings with their telephone numbers, which a stored answer does not keep, by id. */
async function reachable(bookings) {
  const days = [...new Set(bookings.map(({ date }) => date))]
  const found = await Promise.all(days.map((date) => read(`/staff/appointments?date=${date}`)))
    .catch(() => (complain(_('没有读到电话号码，请到“预约名单”页面查看。')), []))
  return new Map(found.flat().map((booking) => [booking.id, booking]))
}

function resultRow({ booking, words }) {
  const when = booking.state === 'cancelled' ? '' : whenOf(booking)
  return el('tr', {},
    el('td', {}, words),
    el('td', { class: 'number' }, when),
    ...who(booking),
    el('td', {}, reachedBy(booking)))
}

day.addEventListener('change', draw)
byId('close-settled').addEventListener('click', () => show('settled', false))
form?.addEventListener('submit', settle)
form?.addEventListener('change', () => prepare(hits()))
refresh().catch((error) => error.message && complain(error.message))
