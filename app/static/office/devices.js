// The machines and screens of the hall: each paired by the code it shows.

import { drawDeeds, momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { call, newKey } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, page, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 10_000
const STANDINGS = {
  ready: _('打印机正常'),
  paper_low: _('打印机快没有纸了'),
  no_paper: _('打印机没有纸了'),
  cover_open: _('打印机盖子没有合上'),
  broken: _('打印机有故障'),
  silent: _('打印机连得上，但不应答'),
  away: _('打印机连不上'),
}
const form = byId('pair')
let printers = {} // device -> how its printer stands
let asked = null // kiosk or screen: the page on which the machine shows the code typed in

function draw(devices) {
  const standing = devices.filter(({ revoked_at }) => !revoked_at)
  const gone = devices.filter(({ revoked_at }) => revoked_at)
  fill('devices', [...standing, ...gone].map((device) => el('tr', { 'data-off': device.revoked_at && '' },
    el('td', {}, el('b', {}, device.name)),
    el('td', {}, kindOf(device), printerOf(device)),
    el('td', { class: 'number' }, device.counter ?? ''),
    el('td', { class: 'number' }, device.last_seen_at ? momentOf(device.last_seen_at) : _('从未')),
    el('td', {}, device.revoked_at ? _('已停用') : el('span', { class: 'state good' }, _('在用'))),
    el('td', { class: 'deeds' }, !device.revoked_at && [
      el('button', { onclick: () => change(device) }, _('修改')),
      el('button', { onclick: () => disable(device) }, _('停用')),
    ]))))
  show('nothing', !devices.length)
}

function kindOf({ kind, counter, reader }) {
  if (counter) return _('窗口小屏')
  return reader ? _('取号机（带身份证读卡器）') : page.kinds[kind]
}

function printerOf({ id }) {
  const printer = printers[id]
  if (!printer) return null
  const words = STANDINGS[printer.standing] ?? _('打印机还没有应答过')
  const doubtful = printer.doubtful ? _('，一天内 %(n)s 张可能没打出来', { n: printer.doubtful }) : ''
  return el('p', { class: 'quiet' }, words + doubtful)
}

async function pair(event) {
  event.preventDefault()
  const { code, kind, counter, name, reader } = Object.fromEntries(new FormData(form))
  const digits = code.replaceAll(/\D/g, '')
  if (digits.length !== 6) return complain(_('登记码是六位数字。'))
  if (kind === 'counter' && !counter) return complain(_('请选择小屏所在的窗口。'))
  await done('/staff/devices/pair', {
    code: digits,
    kind: kind === 'kiosk' ? 'kiosk' : 'screen',
    name: name.trim(),
    counter: kind === 'counter' ? counter : null,
    reader: kind === 'kiosk' && Boolean(reader),
  }, _('已登记 %(name)s，设备随即进入自己的页面。', { name: name.trim() })) && forget()
  seat()
}

function forget() {
  form.reset()
  asked = null
}

async function change(device) {
  const answer = ask('change')
  const dialog = byId('change-dialog')
  const { name, counter, reader } = dialog.querySelector('form').elements
  name.value = device.name
  counter.value = device.counter ?? ''
  reader.checked = device.reader
  dialog.querySelector('[data-seat]').hidden = device.kind !== 'screen'
  dialog.querySelector('[data-reader]').hidden = device.kind !== 'kiosk'
  const given = await answer
  const body = given && { name: given.name.trim(), counter: given.counter || null, reader: Boolean(given.reader) }
  if (body) await done(`/staff/devices/${device.id}/change`, body, _('已保存。'))
}

async function disable(device) {
  if (!await ask('disable', { name: device.name })) return
  await done(`/staff/devices/${device.id}/disable`, {}, _('已停用。'))
}

async function done(path, body, words) {
  const devices = await send(path, body)
  if (!devices) return false
  draw(devices)
  drawDeeds('/staff/devices/deeds').catch(() => {})
  tell(words)
  return true
}

/** The kind that the machine's own page is of is chosen, and another warned of. */
async function lookUp() {
  asked = null
  const digits = form.elements.code.value.replaceAll(/\D/g, '')
  const chosen = form.elements.kind.value
  if (digits.length === 6) {
    const found = await call('POST', '/staff/devices/asks', { body: { code: digits }, key: newKey() })
      .catch((error) => complain(error.message))
    if (!found || form.elements.code.value.replaceAll(/\D/g, '') !== digits) return
    asked = found.kind
    if (form.elements.kind.value === chosen && madeFor() !== asked) form.elements.kind.value = asked
  }
  seat()
}

const madeFor = () => form.elements.kind.value === 'kiosk' ? 'kiosk' : 'screen'

function seat() {
  show('other-kind', asked !== null && asked !== madeFor())
  form.querySelector('[data-seat]').hidden = form.elements.kind.value !== 'counter'
  form.querySelector('[data-reader]').hidden = madeFor() !== 'kiosk'
}

async function refresh() {
  const [devices, known] = await Promise.all([read('/staff/devices'), read('/staff/printers')])
  printers = Object.fromEntries(known.map((printer) => [printer.device, printer]))
  draw(devices)
}

form.addEventListener('submit', pair)
form.elements.code.addEventListener('input', lookUp)
form.addEventListener('change', seat)
refresh().catch((error) => error.message && complain(error.message))
drawDeeds('/staff/devices/deeds').catch(() => {})
setInterval(() => document.hidden || document.querySelector('dialog[open]') || refresh().catch(() => {}), READ_EVERY_MS)
