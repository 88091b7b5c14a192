// One ticket on its owner's phone.

import { call, newKey } from '../shared/api.js'
import { byId, clockOf, el, fill, page, say, show, waitWords } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepLive } from '../shared/live.js'
import { isSystem, upTo } from '../shared/trouble.js'
import { offerRating } from './rating.js'

const token = page.ticket.token
const path = `/tickets/${page.ticket.id}`
const dayEndsAt = Date.parse(page.day_ends_at)
const OPEN = ['expected', 'waiting', 'called', 'serving', 'parked', 'passed']
const OVER = ['finished', 'left', 'closed']
let keys = {}
let last = page.ticket
let rejoining = null
let wasTransferred = false

const WORDS = {
  expected: () => _('到大厅后请先在取号机签到，再开始排队。'),
  waiting: (ticket) => ticket.ahead
    ? _('您前面还有 %(ahead)s 人，请在等候区等候。', ticket)
    : _('您排在本队列最前面，请准备好材料，留意叫号。'),
  called: (ticket) => ticket.nth > 1
    ? _('再次叫号：请到 %(counter)s 号窗口办理。', ticket)
    : _('请到 %(counter)s 号窗口办理。', ticket),
  serving: (ticket) => _('正在 %(counter)s 号窗口办理。', ticket),
  parked: () => _('窗口为您保留着这个号。补齐材料后请回到窗口，不必重新取号。'),
  passed: () => _('叫号时您没有到窗口。请点“重新排队”，不必重新取号。'),
  finished: () => _('已经办完，感谢您的配合。'),
  left: () => _('您已放弃排队。需要办理时请重新取号。'),
  closed: () => _('这个号已经作废。需要办理时请重新取号。'),
  cancelled: () => _('这个号已经取消。'),
}

function render(ticket) {
  const { state } = ticket
  const isOver = Date.now() >= dayEndsAt && (OPEN.includes(state) || state === 'closed')
  say('number', ticket.number)
  say('state', page.states[state])
  byId('slip').dataset.state = state
  say('words', isOver ? _('这一天的办理已经结束，这个号不再叫了。需要办理时请重新取号。') : WORDS[state](ticket))
  hint(isOver ? '' : hintFor(ticket))
  say('counter-no', ticket.counter ?? '')
  show('counter', state === 'called' && !isOver)
  figures(ticket, isOver)
  fill('items', ...ticket.items.map((code) => el('li', {
    'aria-current': ticket.items.length > 1 && code === ticket.item && OPEN.includes(state) && 'step',
  }, page.items[code])))
  for (const action of ['leave', 'rejoin']) show(action, page.moves[action].includes(state) && !isOver)
  announce(ticket)
  last = ticket
}

/** What is to know besides: how long one may still come back, that the visit goes on elsewhere. */
function hintFor(ticket) {
  if (ticket.state === 'passed' && rejoining?.open) {
    return rejoining.until && Date.now() <= Date.parse(rejoining.until)
      ? _('%(time)s 前重新排队，仍可排在靠前的位置；再晚就和那时新取的号一样排。', { time: clockOf(rejoining.until) })
      : _('现在重新排队，和此刻新取的号一样排。')
  }
  if (ticket.state !== 'waiting') return ''
  if (ticket.items.indexOf(ticket.item) > 0) {
    return _('前一项已经办完，正在等候办理下一项：%(item)s。', { item: page.items[ticket.item] })
  }
  if (ticket.why.code === 'transfer_now') return _('窗口已为您转号，马上会再叫您。')
  if (ticket.lane !== page.ticket.lane) return _('窗口已为您转到 %(lane)s 队列，不必重新取号。', ticket)
  return wasTransferred ? _('窗口已为您转号，不必重新取号，应叫时间不变。') : ''
}

function announce(ticket) {
  const { state, number, counter, nth } = ticket
  const title = nth > 1
    ? _('再次叫号：请到 %(counter)s 号窗口 · %(number)s', { counter, number })
    : _('请到 %(counter)s 号窗口 · %(number)s', { counter, number })
  document.title = state === 'called' ? title : `${number} ${page.states[state]}`
  if (state === 'called' && (last.state !== 'called' || nth > last.nth)) vibrate()
}

function vibrate() {
  // a browser that was never touched complains of being asked
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400])
}

function hint(text) {
  say('hint', text)
  show('hint', text !== '')
}

function figures(ticket, isOver) {
  const waits = ticket.state === 'waiting' && !isOver
  const wait = waits ? waitWords(ticket.estimate) : ''
  say('ahead', waits ? _('%(ahead)s 人', ticket) : '')
  show('ahead-row', waits && ticket.ahead > 0)
  say('wait', wait)
  show('wait-row', wait !== '')
  say('lane', `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`)
  say('why', ticket.why.text)
  say('due', clockOf(ticket.due_at))
  const isPlaced = ['expected', 'waiting'].includes(ticket.state) && !isOver
  for (const id of ['why-row', 'due-row', 'due-note']) show(id, isPlaced)
}

async function refresh() {
  const ticket = await call('GET', path, { token })
  rejoining = ticket.state === 'passed' ? await call('GET', `${path}/rejoin`, { token }) : null
  if (ticket.state === 'waiting' && ['called', 'serving'].includes(last.state)) wasTransferred = true
  if (ticket.state !== 'waiting') wasTransferred = false
  render(ticket)
  rating(OVER.includes(ticket.state) ? await call('GET', `${path}/rating`, { token }) : null)
}

async function act(action) {
  keys[action] ??= newKey() // kept until answered: a lost answer is asked for again, not done again
  const buttons = [byId('leave'), byId('rejoin')]
  buttons.forEach((button) => { button.disabled = true })
  fault('')
  try {
    render(await call('POST', `${path}/${action}`, { key: keys[action], token }))
    delete keys[action]
  } catch (error) {
    if (!error.isOpen) delete keys[action]
    fault(error.message || _('网络不通，这次操作没有收到答复，请再点一次。'))
    ring()
  } finally {
    buttons.forEach((button) => { button.disabled = false })
  }
}

function staleWords(error) {
  return isSystem(error)
    ? _('大厅的系统没有应答，以下是 %(time)s 的情况。您的号仍然有效，请留意大厅屏幕和广播。', { time: upTo() })
    : _('网络不通，以下不是最新情况。请留意大厅屏幕和广播。')
}

function fault(text) {
  say('fault', text)
  show('fault', text !== '')
}

const rating = offerRating({ path: `${path}/rating`, token, fault, look: () => ring() })
render(page.ticket)
const ring = keepLive({
  url: `/api/v1${path}/events`,
  token,
  refresh,
  onFresh(is, error) {
    show('stale', !is)
    if (!is) say('stale', staleWords(error))
  },
})
// Time passes without news: the estimate with it, the time to come back, and the day.
setInterval(() => OPEN.includes(last.state) && !document.hidden && ring(), 30_000)
byId('rejoin').addEventListener('click', () => act('rejoin'))
byId('leave').addEventListener('click', () => byId('leave-dialog').showModal())
byId('leave-dialog').addEventListener('close', (event) => {
  if (event.target.returnValue === 'ok') act('leave')
  event.target.returnValue = ''
})
