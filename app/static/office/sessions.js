// Who is signed in where, and who has to wait before the next try.

import { momentOf } from './deeds.js'
import { read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, clockOf, el, fill, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 15_000

function drawSessions(sessions) {
  fill('sessions', sessions.map((session) => el('tr', {},
    el('td', {}, el('b', {}, session.username), ' ', el('span', { class: 'quiet' }, session.name)),
    el('td', { class: 'number' }, session.counter ?? ''),
    el('td', {}, session.device || _('其他设备')),
    el('td', { class: 'number' }, session.address),
    el('td', { class: 'number' }, momentOf(session.signed_in_at)),
    el('td', { class: 'number' }, clockOf(session.last_seen_at)),
    el('td', { class: 'deeds' }, session.own
      ? el('span', { class: 'quiet' }, _('（本机）'))
      : el('button', { onclick: () => end(session) }, _('退出'))))))
}

function drawLocked(locked) {
  fill('locked', locked.map((each) => el('tr', {},
    el('td', {}, el('b', {}, each.username || _('任何账号'))),
    el('td', { class: 'number' }, placeOf(each)),
    el('td', { class: 'number' }, each.tries),
    el('td', { class: 'number' }, clockOf(each.until)),
    el('td', { class: 'deeds' }, el('button', { onclick: () => lift(each) }, _('解除'))))))
  show('none-locked', !locked.length)
}

function placeOf({ place }) {
  if (!place) return _('本大厅浏览器以外的任何地方')
  return place.startsWith('browser:') ? _('本大厅登录过的一个浏览器') : place.slice('address:'.length)
}

async function end({ id, username }) {
  if (!await ask('end', { username })) return
  const sessions = await send(`/staff/sessions/${id}/end`)
  if (!sessions) return
  drawSessions(sessions)
  tell(_('已退出。'))
}

async function lift({ username, place }) {
  const locked = await send('/staff/lock-outs/lift', { username, place })
  if (!locked) return
  drawLocked(locked)
  tell(_('已解除，可以再试。'))
}

const refresh = () => Promise.all([
  read('/staff/sessions').then(drawSessions),
  read('/staff/lock-outs').then(drawLocked),
])

refresh().catch((error) => error.message && tell(error.message, true))
setInterval(() => document.hidden || document.querySelector('dialog[open]') || refresh().catch(() => {}), READ_EVERY_MS)
