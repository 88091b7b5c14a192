// The counter console: what a clerk does, by button and by key.

import { shown } from '../shared/codes.js'
import { ask } from '../shared/dialog.js'
import { byId, page } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepLive } from '../shared/live.js'
import { goOn, hold, isCounting, isHeld, keepCalling } from './auto.js'
import { isBellOn, ringForFirst, setBell } from './bell.js'
import { find, isReading, putAway, tellGaps, turn } from './file.js'
import './file_results.js'
import { goHome, keepFocus, regain, rowInHand, walk, walkLists } from './focus.js'
import { counterPath, onPicture, picture, refresh } from './picture.js'
import {
  complain, giveUp, isBusy, isPresent, onFresh, put, send, sendUnasked,
} from './sending.js'
import { forget, remember, rememberEnded, undo } from './undo.js'
import { draw, enable, itemName, nextItemOf } from './view.js'

const GATHER_MS = 3_000 // forty-odd consoles share one hall's events
const ATTEND_MS = 25_000 // so the server knows that the clerk is there, in a hidden tab, too
const REGAIN_MS = 500
const TICK_MS = 250
const HANDLED = {
  recall: (words) => [_('重呼 %(number)s', words), _('%(number)s 已重呼。', words)],
  start: (words) => [_('开始办理 %(number)s', words), _('%(number)s 已开始办理。', words)],
  finish: (words) => [_('办结 %(number)s', words), _('%(number)s 已办结。', words)],
  pass: (words) => [_('过号 %(number)s', words), _('%(number)s 已过号。', words)],
  park: (words) => [_('挂起 %(number)s', words), _('%(number)s 已挂起。', words)],
}

// The counter

const open = () =>
  send(_('开放窗口'), `${counterPath}/open`, {}, () => _('已开放窗口。')).then(goHome)

function pause() {
  const { bound } = picture
  return send(_('暂停窗口'), `${counterPath}/pause`, {}, () => bound.length === 0
    ? _('已暂停窗口。')
    : _('已暂停窗口。指定本窗口的 %(numbers)s 保留 %(n)s 分钟，之后改由其他窗口叫号。',
      { numbers: listed(bound), n: page.pause_keeps_bound_min }))
}

async function close() {
  const { bound, ticket } = picture
  if (bound.length && !ticket && !await ask('close', { numbers: listed(bound) })) return
  await send(_('关闭窗口'), `${counterPath}/close`, {}, () => _('已关闭窗口。'))
}

async function settings() {
  const form = byId('settings-dialog').querySelector('form').elements
  form.on.defaultChecked = picture.auto_call.on
  form.pause_s.defaultValue = picture.auto_call.pause_s
  form.bell.defaultChecked = isBellOn()
  const given = await ask('settings')
  if (!given) return
  setBell(Boolean(given.bell))
  const body = { on: Boolean(given.on), pause_s: Number(given.pause_s) }
  await put(_('设置自动派单'), `${counterPath}/auto-call`, body, () => body.on
    ? _('空闲时 %(n)s 秒后自动叫下一位。', { n: body.pause_s })
    : _('不自动叫号。'))
}

/** Whoever leaves an open counter is told what stays behind. */
async function signOut(event) {
  if (!picture || picture.status === 'closed') return
  event.preventDefault()
  if (await ask('leave')) event.target.submit()
}

// Calling

async function next() {
  const more = await goesOn()
  if (more === null) return
  if (more) return nextItem()
  const held = picture.ticket
  const body = held ? {} : { only_if_free: true } // who sees nothing in hand means to end nothing
  await send(_('叫下一位'), `${counterPath}/call-next`, body, async (answer) => {
    await rememberEnded(held)
    return announced(answer)
  })
}

const callUnasked = (key) => sendUnasked(
  _('自动叫下一位'), `${counterPath}/call-next`, { only_if_free: true }, key, announced)

async function callNumber(waiting = {}) {
  const form = byId('call-dialog').querySelector('form').elements
  form.number.defaultValue = waiting.number ?? ''
  form.reason.autofocus = Boolean(waiting.number)
  const given = await ask('call')
  if (!given) return
  const body = { number: given.number.trim().toUpperCase(), reason: given.reason }
  const held = picture.ticket
  await send(_('叫 %(number)s', body), `${counterPath}/call`, body, async (answer) => {
    await rememberEnded(held)
    return announced(answer)
  })
}

const announced = (answer) => answer
  ? _('请 %(number)s 号到 %(no)s 号窗口办理。', { number: answer.ticket.number, no: page.counter })
  : _('现在没有人等候。')

// The ticket in hand

/** What needs no more than the ticket in hand. */
function handle(action) {
  const { id, number } = picture.ticket
  const [doing, done] = HANDLED[action]({ number })
  return send(doing, `/tickets/${id}/${action}`, {}, (ticket) => {
    remember(ticket)
    return ticket.state === 'closed' ? _('%(number)s 第三次过号，已作废。', { number }) : done
  })
}

async function transfer() {
  const { id, number } = picture.ticket
  const given = await ask('transfer', { number })
  if (!given) return
  const [kind, to] = given.to.split(':')
  const body = { reason: given.reason, ...(to && { [kind]: to }), ...(given.now && { when: 'now' }) }
  await send(_('转号 %(number)s', { number }), `/tickets/${id}/transfer`, body,
    () => _('%(number)s 已转出。', { number }))
}

/** Where the visit in hand has more items: whether it goes on with them; null to think again. */
async function goesOn() {
  const { ticket } = picture
  const item = ticket && nextItemOf(ticket)
  if (!item) return false
  const given = await ask('remaining', { number: ticket.number, item: itemName(item) })
  return given && given.how === 'next'
}

async function finish() {
  const more = await goesOn()
  if (more !== null) await (more ? nextItem() : handle('finish'))
}

/** What else somebody came for: at once, or bound to this counter, or by its own lane's counters. */
async function nextItem() {
  const { id, number, state, item: inHand, items } = picture.ticket
  const item = nextItemOf({ item: inHand, items })
  const words = { number, item: itemName(item) }
  const given = await ask('next-item', words)
  if (!given) return
  const body = { item, ...(given.where !== 'anywhere' && { counter: page.counter }) }
  await send(_('下一事项 %(number)s', words), `/tickets/${id}/transfer`, body, async (_moved, also) => {
    if (given.where === 'anywhere') return _('%(number)s 下一事项：%(item)s，等候叫号。', words)
    if (given.where === 'here') return _('%(number)s 下一事项：%(item)s，在本窗口等候。', words)
    await also(`${counterPath}/call`, { number, reason: page.goes_on })
    if (state === 'serving') await also(`/tickets/${id}/start`)
    return _('%(number)s 接着办：%(item)s。', words)
  })
}

// Other tickets

/** Let somebody who booked arrive, where they come to the counter instead of to the machine. */
function arrive(event) {
  event.preventDefault()
  const field = byId('shown')
  const by = shown(field.value)
  if (!by) return complain(_('预约码为 10 位数字，身份证号码为 18 位，请核对。'))
  send(_('签到'), '/kiosk/check-ins', by, ({ number, items }) => {
    field.value = ''
    return _('签到成功：%(number)s 号，%(items)s。请告诉办事人号码。',
      { number, items: items.map(itemName).join(_('、')) })
  }).then(() => field.value || goHome()) // the keys are the console's again
}

const resume = ({ id, number }) =>
  send(_('恢复 %(number)s', { number }), `/tickets/${id}/resume`, {}, ({ state }) =>
    state === 'waiting'
      ? _('%(number)s 已恢复，排在本窗口等候。', { number })
      : _('%(number)s 已恢复办理。', { number }))

const rejoin = ({ id, number }) =>
  send(_('重新排队 %(number)s', { number }), `/tickets/${id}/rejoin`, {}, () => {
    forget(id)
    return _('%(number)s 已重新排队。', { number })
  })

const takeOver = ({ id, number }) =>
  send(_('接手 %(number)s', { number }), `/tickets/${id}/take-over`, {},
    () => _('%(number)s 已转到本窗口。', { number }))

async function strike({ id, number, priority }) {
  if (!priority) return complain(_('这个号没有优先。'))
  const given = await ask('strike', { number })
  if (!given) return
  await send(_('取消优先 %(number)s', { number }), `/tickets/${id}/strike-priority`, given,
    () => _('%(number)s 已取消优先。', { number }))
}

const listed = (numbers) => numbers.join(_('、'))

// Buttons

const DEEDS = {
  open,
  pause,
  close,
  next,
  transfer,
  nextItem,
  finish,
  undo,
  settings,
  file: turn,
  gaps: tellGaps,
  find,
  help: () => ask('help'),
  call: () => callNumber(),
  recall: () => handle('recall'),
  start: () => handle('start'),
  pass: () => handle('pass'),
  park: () => handle('park'),
}
const buttonOf = (deed) => document.querySelector(
  `[data-action="${deed}"], [data-turn="${deed}"], [data-opens="${deed}"]`)

for (const [deed, act] of Object.entries(DEEDS)) {
  buttonOf(deed).addEventListener('click', act)
}
byId('arrival').addEventListener('submit', arrive)
byId('give-up').addEventListener('click', giveUp)
byId('auto-hold').addEventListener('click', hold)
byId('auto-go-on').addEventListener('click', goOn)
byId('sign-out').addEventListener('submit', signOut)

// Keys: for a row that was picked, for what is in hand, for the counter

const KEYS = {
  n: 'next', enter: 'next', r: 'recall', s: 'start', f: 'finish', p: 'pass', k: 'park',
  t: 'transfer', x: 'nextItem', g: 'call', u: 'undo', o: 'open', z: 'pause', c: 'close',
  a: 'settings', v: 'file', m: 'gaps', b: 'find', h: 'handOver', '?': 'help', '？': 'help',
}
const STEPS = {
  arrowdown: () => walk(1),
  arrowup: () => walk(-1),
  arrowright: () => walkLists(1),
  arrowleft: () => walkLists(-1),
  q: () => { putAway(); byId('shown').focus() },
  d: () => picture?.ticket && !isBusy() && strike({ ...picture.ticket, priority: picture.priority }),
}
const IN_A_ROW = { enter: 'choose', g: 'choose', d: 'strike' }

addEventListener('keydown', (event) => {
  const { target } = event
  const key = event.key.toLowerCase()
  if (target.closest('dialog') || event.repeat && !key.startsWith('arrow')) return
  if (event.ctrlKey || event.altKey || event.metaKey) return
  if (key === 'escape') return escape()
  const isTyping = target.closest('input, select, textarea')
  if (isTyping || (key === 'enter' && target.closest('button, a'))) return
  const deed = deedOf(key)
  if (!deed) return
  event.preventDefault()
  deed()
})

function deedOf(key) {
  const row = rowInHand()
  if (row && IN_A_ROW[key]) return () => !isBusy() && row.dispatchEvent(new Event(IN_A_ROW[key]))
  if (STEPS[key]) return STEPS[key]
  const button = KEYS[key] && buttonOf(KEYS[key])
  return button && (() => button.hidden || button.click()) // one that is switched off does nothing
}

function escape() {
  if (isCounting()) hold()
  else if (rowInHand() || document.activeElement === byId('shown')) goHome()
  else if (isReading()) turn()
  else if (isHeld()) goOn()
}

// What happens by itself

setInterval(regain, REGAIN_MS)
setInterval(() => enable(picture, isBusy()), TICK_MS) // a recall may be made after a while

onPicture((now) => keepFocus(() => {
  draw(now, { resume, rejoin, strike, takeOver, callNumber })
  enable(now, isBusy())
}))
onPicture(ringForFirst)
onPicture((now, before) => before || goHome())

keepCalling({
  call: callUnasked,
  may: () => isPresent() && !isBusy() && !document.querySelector('dialog[open]')
    && byId('shown').value === '',
})

const look = keepLive({
  url: `/api/v1/halls/${encodeURIComponent(page.hall)}/events`,
  refresh,
  onFresh,
  gatherMs: GATHER_MS,
})
setInterval(look, ATTEND_MS)
