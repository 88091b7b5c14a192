// The keys of other systems: given out, followed by another in time, revoked. Each is shown once.

import { drawDeeds, momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, page, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 30_000
const STATES = {
  in_use: _('在用'),
  being_replaced: _('已更换，到期失效'),
  expired: _('已失效'),
  revoked: _('已吊销'),
}
const HOLDS = ['in_use', 'being_replaced']

const scopeBoxes = [...byId('add-dialog').querySelectorAll('[type="checkbox"]')]

function draw(keys) {
  const holding = keys.filter(({ state }) => HOLDS.includes(state))
  const over = keys.filter(({ state }) => !HOLDS.includes(state))
  fill('keys', [...holding, ...over].map((key) => el('tr', { 'data-off': !HOLDS.includes(key.state) && '' },
    el('td', {}, el('b', {}, key.name)),
    el('td', {}, el('code', {}, key.prefix ? `${key.prefix}…` : '')),
    el('td', {}, key.scopes.map((scope) => page.scopes[scope]).join(_('、'))),
    el('td', { class: 'number' }, key.expires_at ? key.expires_at.slice(0, 10) : _('不会到期，请更换')),
    el('td', { class: 'number' }, key.last_used_at ? momentOf(key.last_used_at) : _('从未')),
    el('td', {}, el('span', { class: key.state === 'in_use' ? 'state good' : 'state' }, STATES[key.state])),
    el('td', { class: 'deeds' }, HOLDS.includes(key.state) && [
      key.state === 'in_use' && el('button', { onclick: () => rotate(key) }, _('更换')),
      el('button', { onclick: () => revoke(key) }, _('吊销')),
    ]))))
  show('nothing', !keys.length)
  drawDeeds('/staff/keys/deeds').catch(() => {})
}

async function add() {
  const asked = ask('add')
  wantScope()
  const given = await asked
  if (!given) return
  const scopes = Object.keys(page.scopes).filter((scope) => given[scope])
  const name = given.name.trim()
  await tellKey(name, await send('/staff/keys', { name, scopes, days: Number(given.days) }))
}

/** The dialog stays open, with what was typed, until a scope is chosen. */
function wantScope() {
  const fault = scopeBoxes.some(({ checked }) => checked) ? '' : _('请至少选择一项权限。')
  scopeBoxes[0].setCustomValidity(fault)
}

async function rotate({ id, name }) {
  const given = await ask('rotate', { name })
  if (!given) return
  const body = { overlap_days: Number(given.overlap_days), days: Number(given.days) }
  await tellKey(name, await send(`/staff/keys/${id}/rotate`, body))
}

async function tellKey(name, added) {
  if (!added) return
  refresh().catch(() => {})
  await ask('key', { name, key: added.key })
}

async function revoke({ id, name }) {
  if (!await ask('revoke', { name })) return
  const keys = await send(`/staff/keys/${id}/revoke`)
  if (!keys) return
  draw(keys)
  tell(_('已吊销。'))
}

const refresh = () => read('/staff/keys').then(draw)

byId('add').addEventListener('click', add)
for (const box of scopeBoxes) box.addEventListener('change', wantScope)
refresh().catch((error) => error.message && complain(error.message))
setInterval(() => document.hidden || document.querySelector('dialog[open]') || refresh().catch(() => {}), READ_EVERY_MS)
