// Who may sign in: accounts, and where each is signed in now. A password is made here, shown once,
// and kept nowhere but as the server's hash.

import { drawDeeds, momentOf } from './deeds.js'
import { read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, clockOf, el, fill, page } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 30_000
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789' // nothing that is read wrong
const GROUPS = [4, 4, 4]

function draw(accounts) {
  fill('accounts', accounts.map((account) => el('tr', { 'data-off': !account.active && '' },
    el('td', {}, el('b', {}, account.username), ' ', account.own && el('span', { class: 'quiet' }, _('（本人）'))),
    el('td', {}, account.name),
    el('td', {}, page.roles[account.role], account.second_factor && el('span', { class: 'quiet' }, _('，动态口令'))),
    el('td', { class: 'number' }, account.counter ?? ''),
    el('td', {}, account.active ? sessionsOf(account) : _('已停用')),
    el('td', { class: 'deeds' }, deeds(account)))))
  drawDeeds('/staff/accounts/deeds').catch(() => {})
}

const sessionsOf = ({ sessions }) => el('ul', { class: 'sessions' }, sessions.map(
  ({ counter, signed_in_at, last_seen_at }) => el('li', {}, sessionWords({
    no: counter, from: momentOf(signed_in_at), seen: clockOf(last_seen_at),
  }))))

const sessionWords = (said) => said.no
  ? _('%(no)s 号窗口，%(from)s 登录，%(seen)s 在线', said)
  : _('%(from)s 登录，%(seen)s 在线', said)

function deeds(account) {
  if (!account.active) return el('button', { onclick: () => deed(account, 'enable', {}, _('已启用。')) }, _('启用'))
  return [
    el('button', { onclick: () => change(account) }, _('修改')),
    !account.own && el('button', { onclick: () => reset(account) }, _('重设密码')),
    !account.own && account.second_factor && el('button', { onclick: () => resetFactor(account) }, _('重置动态口令')),
    !account.own && el('button', { onclick: () => disable(account) }, _('停用')),
  ]
}

async function deed(account, verb, body, words) {
  const accounts = await send(`/staff/accounts/${account.id}/${verb}`, body)
  if (!accounts) return false
  draw(accounts)
  tell(words)
  return true
}

async function add() {
  const answer = ask('add')
  seat('add')
  const given = await answer
  if (!given) return
  const password = newPassword()
  const { username, name, role } = given
  const body = { username: username.trim(), name, role, counter: given.counter || null, password }
  const accounts = await send('/staff/accounts', body)
  if (!accounts) return
  draw(accounts)
  await ask('password', { username: body.username, password })
  fill('password')
}

async function change(account) {
  const answer = ask('change', { username: account.username })
  const { name, role, counter } = byId('change-dialog').querySelector('form').elements
  name.value = account.name
  role.value = account.role
  counter.value = account.counter ?? ''
  seat('change')
  const given = await answer
  if (given) await deed(account, 'change', { ...given, counter: given.counter || null }, _('已保存。'))
}

async function reset(account) {
  if (!await ask('reset', { username: account.username })) return
  const password = newPassword()
  if (!await deed(account, 'password', { password }, '')) return
  await ask('password', { username: account.username, password })
  fill('password')
}

async function resetFactor(account) {
  if (!await ask('reset-factor', { username: account.username })) return
  await deed(account, 'reset-second-factor', {}, _('已重置，本人重新设置后启用。'))
}

async function disable(account) {
  if (await ask('disable', { username: account.username })) await deed(account, 'disable', {}, _('已停用。'))
}

/** A counter is asked for only where the role may sit at one. */
function seat(name) {
  const dialog = byId(`${name}-dialog`)
  const { role, counter } = dialog.querySelector('form').elements
  const sits = page.at_counters.includes(role.value)
  dialog.querySelector('[data-seat]').hidden = !sits
  if (!sits) counter.value = ''
}

/** xxxx-xxxx-xxxx, of 31 letters each equally likely. */
function newPassword() {
  const fair = 256 - (256 % LETTERS.length)
  const letter = () => {
    for (;;) {
      const [byte] = crypto.getRandomValues(new Uint8Array(1))
      if (byte < fair) return LETTERS[byte % LETTERS.length]
    }
  }
  return GROUPS.map((length) => Array.from({ length }, letter).join('')).join('-')
}

const refresh = () => read('/staff/accounts').then(draw)

byId('add').addEventListener('click', add)
for (const name of ['add', 'change']) {
  byId(`${name}-dialog`).addEventListener('change', () => seat(name))
}
refresh().catch((error) => error.message && tell(error.message, true))
setInterval(() => document.hidden || document.querySelector('dialog[open]') || refresh().catch(() => {}), READ_EVERY_MS)
