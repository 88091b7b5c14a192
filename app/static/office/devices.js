// The machines and screens of the hall: each paired by the code it shows.

import { drawDeeds, momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { call, newKey, sleep } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, page, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 10_000
const TEST_EVERY_MS = 1_000
const TEST_LOOKS = 90 // longer than a print is worth
const PRINTER_PORT = 9100
const PRINTS = ['ready', 'paper_low']
const STANDINGS = {
  ready: _('正常'),
  paper_low: _('快没有纸了'),
  no_paper: _('没有纸了'),
  cover_open: _('盖子没有合上'),
  broken: _('有故障'),
  silent: _('连得上，但不应答'),
  away: _('连不上'),
}
const TESTS = {
  pending: _('正在打印……'),
  printed: _('已打印'),
  sent: _('已送到'),
  failed: _('没有打出来'),
  unknown: _('不知打没打出来'),
}
const form = byId('pair')
let printers = {} // device -> its printer, and how that stands
let asked = null // kiosk or screen: the page on which the machine shows the code typed in

function draw(devices) {
  const standing = devices.filter(({ revoked_at }) => !revoked_at)
  const gone = devices.filter(({ revoked_at }) => revoked_at)
  fill('devices', [...standing, ...gone].map((device) => el('tr', { 'data-off': device.revoked_at && '' },
    el('td', {}, el('b', {}, device.name)),
    el('td', {}, kindOf(device)),
    el('td', { class: 'number' }, device.counter ?? ''),
    el('td', { class: 'number' }, device.last_seen_at ? momentOf(device.last_seen_at) : _('从未')),
    el('td', {}, device.revoked_at ? _('已停用') : el('span', { class: 'state good' }, _('在用'))),
    el('td', { class: 'deeds' }, !device.revoked_at && [
      el('button', { onclick: () => change(device) }, _('修改')),
      el('button', { onclick: () => disable(device) }, _('停用')),
    ]))))
  show('nothing', !devices.length)
  drawPrinters(standing.filter(({ kind }) => kind === 'kiosk'))
}

function drawPrinters(machines) {
  show('printers-panel', machines.length > 0)
  fill('printers', machines.map((machine) => {
    const printer = printers[machine.id]
    return el('tr', {},
      el('td', {}, el('b', {}, machine.name)),
      el('td', {}, printer ? addressOf(printer) : el('span', { class: 'quiet' }, _('没有'))),
      el('td', {}, printer ? standingOf(printer) : null),
      el('td', { class: 'number' }, printer ? String(printer.waiting) : null),
      el('td', {}, printer?.test ? testOf(printer.test) : null),
      el('td', { class: 'deeds' },
        printer ? el('button', { onclick: () => test(machine) }, _('打印测试页')) : null,
        el('button', { onclick: () => setPrinter(machine) }, _('设置'))))
  }))
}

function kindOf({ kind, counter, reader }) {
  if (counter) return _('窗口小屏')
  return reader ? _('取号机（带身份证读卡器）') : page.kinds[kind]
}

function addressOf({ host, port, mode, paper_mm }) {
  const way = mode === 'raster' ? _('图形方式') : _('打印机字库')
  return [
    el('span', { class: 'number' }, `${host}:${port}`),
    el('p', { class: 'quiet' }, _('%(mm)s 毫米纸，%(mode)s', { mm: paper_mm, mode: way })),
  ]
}

function standingOf({ standing, since, doubtful }) {
  if (!standing) return el('span', { class: 'quiet' }, _('还没有问过'))
  const kind = PRINTS.includes(standing) ? 'good' : 'bad'
  return [
    el('span', { class: `state ${kind}` }, STANDINGS[standing]),
    standing !== 'ready' && Boolean(since) && el('p', { class: 'quiet' }, _('从 %(time)s 起', { time: momentOf(since) })),
    doubtful > 0 && el('p', { class: 'quiet' }, _('一天内 %(n)s 张号票可能没打出来', { n: doubtful })),
  ]
}

function testOf({ state, at }) {
  const kind = { printed: 'good', sent: 'good', pending: '' }[state] ?? 'bad'
  return [
    el('span', { class: `state ${kind}` }, TESTS[state]),
    el('p', { class: 'quiet number' }, momentOf(at)),
  ]
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

async function setPrinter({ id, name }) {
  const answer = ask('printer', { name })
  const { host, port, mode, paper_mm, answers } = byId('printer-dialog').querySelector('form').elements
  const printer = printers[id]
  host.value = printer?.host ?? ''
  port.value = printer?.port ?? PRINTER_PORT
  mode.value = printer?.mode ?? 'text'
  paper_mm.value = printer?.paper_mm ?? 80
  answers.checked = printer?.answers ?? true
  const given = await answer
  if (!given) return
  const at = given.host.trim()
  const body = at && {
    host: at,
    port: Number(given.port),
    mode: given.mode,
    paper_mm: Number(given.paper_mm),
    answers: Boolean(given.answers),
  }
  const words = at
    ? _('%(name)s 的打印机已设置，请打印测试页看看。', { name })
    : _('%(name)s 没有打印机了，号票由取号机的浏览器打印。', { name })
  await printerDone(`/staff/devices/${id}/printer`, { printer: body || null }, words)
}

async function test({ id, name }) {
  await printerDone(`/staff/devices/${id}/printer/test`, {}, _('测试页已交给 %(name)s 的打印机。', { name }))
}

async function printerDone(path, body, words) {
  const known = await send(path, body)
  byId('said').scrollIntoView({ block: 'nearest' }) // it is above, out of sight
  if (!known) return
  tell(words)
  keep(known)
  drawDeeds('/staff/devices/deeds').catch(() => {})
  await refresh().catch(() => {})
  watchTests()
}

/** A test page is looked after until it is out, or is too late. */
async function watchTests() {
  for (let look = 0; look < TEST_LOOKS && isTesting(); look += 1) {
    await sleep(TEST_EVERY_MS)
    if (document.querySelector('dialog[open]')) continue
    await refresh().catch(() => {})
  }
}

const isTesting = () => Object.values(printers).some(({ test }) => test?.state === 'pending')

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
  keep(known)
  draw(devices)
}

function keep(known) {
  printers = Object.fromEntries(known.map((printer) => [printer.device, printer]))
}

form.addEventListener('submit', pair)
form.elements.code.addEventListener('input', lookUp)
form.addEventListener('change', seat)
refresh().catch((error) => error.message && complain(error.message))
drawDeeds('/staff/devices/deeds').catch(() => {})
setInterval(() => document.hidden || document.querySelector('dialog[open]') || refresh().catch(() => {}), READ_EVERY_MS)
