// One's own account: a password of one's own, the second factor, and where one is signed in.

import { momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, clockOf, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const password = byId('password')
const offer = byId('offer')
let owed = null // what had to be settled when the page was opened

function draw(me) {
  owed ??= me.owes
  show('owes-password', me.owes === 'password')
  show('owes-second-factor', me.owes === 'second_factor')
  show('settled', Boolean(owed) && !me.owes)
  show('own-password', me.owes !== 'second_factor')
  show('own-factor', me.owes !== 'password')
  if (owed && !me.owes) scrollTo(0, 0)
  say('password-words', passwordWords(me))
  say('factor-words', factorWords(me))
  show('begin', !me.second_factor_since)
  show('new-codes', Boolean(me.second_factor_since))
}

function passwordWords({ password_set_at: set, password_ends_at: ends }) {
  if (!set) return ''
  const from = dayOf(set)
  return ends
    ? _('%(from)s 设置，%(until)s 前须更换。', { from, until: dayOf(ends) })
    : _('%(from)s 设置。', { from })
}

function factorWords({ second_factor_since: since, recovery_codes_left: n, second_factor_required: must }) {
  if (since) return _('%(from)s 启用，登录须输入动态口令。备用码还剩 %(n)s 个。', { from: dayOf(since), n })
  return must
    ? _('还没有启用。您的岗位须使用动态口令。')
    : _('还没有启用。启用后，除密码外还要输入手机验证器上的六位数字，别人知道密码也登录不了。')
}

const dayOf = (time) => time.slice(0, 10)

function drawSessions(sessions) {
  fill('sessions', sessions.map((session) => el('tr', {},
    el('td', {}, el('b', {}, session.device || _('其他设备')), ' ', session.own && el('span', { class: 'quiet' }, _('（本机）'))),
    el('td', { class: 'number' }, session.address),
    el('td', { class: 'number' }, session.counter ?? ''),
    el('td', { class: 'number' }, momentOf(session.signed_in_at)),
    el('td', { class: 'number' }, clockOf(session.last_seen_at)),
    el('td', { class: 'deeds' }, !session.own && el('button', { onclick: () => end(session) }, _('退出'))))))
  show('end-others', sessions.some(({ own }) => !own))
}

async function end({ id }) {
  const sessions = await send(`/staff/me/sessions/${id}/end`)
  if (sessions) drawSessions(sessions)
}

async function endOthers() {
  const sessions = await send('/staff/me/sessions/end-others')
  if (sessions) drawSessions(sessions)
}

async function change(event) {
  event.preventDefault()
  const { old, new: chosen, again } = Object.fromEntries(new FormData(password))
  if (chosen !== again) return complain(_('两次输入的新密码不一样。'))
  const me = await send('/staff/me/password', { old, new: chosen })
  if (!me) return
  password.reset()
  draw(me)
  tell(_('密码已修改，其他各处登录已退出。'))
  refreshSessions()
}

async function begin() {
  const made = await send('/staff/me/second-factor')
  if (!made) return
  byId('picture').src = made.picture
  say('secret', made.secret.match(/.{4}/g).join(' '))
  show('offer')
  show('begin', false)
  offer.elements.code.focus()
}

async function confirm(event) {
  event.preventDefault()
  const code = offer.elements.code.value.replaceAll(' ', '')
  const made = await send('/staff/me/second-factor/confirm', { code })
  if (!made) return
  show('offer', false)
  byId('picture').removeAttribute('src')
  say('secret', '')
  await tellCodes(made)
  await refresh()
  tell(_('动态口令已启用。'))
}

async function newCodes() {
  const given = await ask('new-codes')
  const made = given && await send('/staff/me/recovery-codes', { code: given.code })
  if (!made) return
  await tellCodes(made)
  await refresh()
}

async function tellCodes({ recovery_codes: codes }) {
  fill('codes', codes.map((code) => el('li', {}, code)))
  await ask('codes')
  fill('codes')
}

const refresh = () => read('/staff/me').then(draw)
const refreshSessions = () => read('/staff/me/sessions').then(drawSessions).catch(() => {})

password.addEventListener('submit', change)
offer.addEventListener('submit', confirm)
byId('begin').addEventListener('click', begin)
byId('new-codes').addEventListener('click', newCodes)
byId('end-others').addEventListener('click', endOthers)
refresh().catch((error) => error.message && complain(error.message))
refreshSessions()
