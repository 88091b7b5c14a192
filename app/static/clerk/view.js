// What the console shows: drawn anew from each picture the server gives.

import { byId, clockOf, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { recallRest } from './picture.js'

const STATUS = { open: _('开放中'), paused: _('暂停中'), closed: _('已关闭') }
const TURNED = { open: 'open', pause: 'paused', close: 'closed' }
const TIERS = { 1: _('首选') }
const MINUTE_MS = 60_000

/** Draw `GET /counters/{no}`; each of `on` is called with a ticket's id and number. */
export function draw(picture, on) {
  const { ticket, status } = picture
  drawHead(picture)
  fill('hand', ticket ? inHand(picture, on) : nothingInHand(status))
  const next = ticket && nextItemOf(ticket)
  document.querySelector('.next-item').hidden = !next
  say('next-item', next ? _('下一事项：%(item)s', { item: itemName(next) }) : '')
  say('line-title', _('等候 %(n)s 人', { n: picture.waiting }))
  fill('lanes', picture.tiers.map((_lanes, place) => tierRow(picture, place + 1)))
  fill('line', picture.next.map((waiting) => lineRow(waiting, picture.server_time, on)))
  show('nobody', !picture.next.length)
  const hidden = picture.waiting - picture.next.length
  show('more', hidden > 0)
  say('more', _('后面还有 %(n)s 人。', { n: hidden }))
  aside('vanished', picture.vanished, (held) => asideRow(
    held, _('在 %(no)s 号窗口', { no: held.counter }), _('接手'), on.takeOver, on.strike, 'free'))
  aside('parked', picture.parked, (parked) =>
    asideRow(parked, '', _('恢复办理'), on.resume, on.strike, 'open'))
  aside('passed', picture.passed, (passed) => asideRow(
    passed, _('%(at)s 过号', { at: clockOf(passed.passed_at) }), _('重新排队'), on.rejoin, on.strike))
}

function drawHead({ status, clerk, waiting, auto_call: auto }) {
  document.title = _('（%(n)s）%(no)s 号窗口', { n: waiting, no: page.counter })
  say('status', STATUS[status])
  byId('status').dataset.status = status
  say('clerk', clerk ?? '')
  say('auto-setting', auto.on ? _('%(n)s 秒', { n: auto.pause_s }) : _('关'))
  for (const button of document.querySelectorAll('[data-turn]')) {
    button.setAttribute('aria-pressed', String(TURNED[button.dataset.turn] === status))
  }
}

/** Switch off what cannot be pressed now: by the table of states, and never two at once. */
export function enable(picture, isBusy) {
  const state = picture?.ticket?.state
  const isOpen = picture?.status === 'open'
  const rest = recallRest()
  show('recall-now', !rest)
  show('recall-rest', rest > 0)
  say('recall-rest', rest ? _('重呼 %(n)s 秒', { n: rest }) : '')
  const can = (button) => {
    const { action, needs } = button.dataset
    if (action === 'recall' && rest) return false
    if (needs) return isOpen && (needs === 'open' || !state)
    if (action === 'next' || action === 'call') return isOpen
    const move = action === 'nextItem' ? 'transfer' : action
    return !move || move === 'undo' || page.moves[move].includes(state)
  }
  for (const button of document.querySelectorAll('main button, [data-turn], #settings')) {
    button.disabled = isBusy || !can(button)
  }
}

function inHand({ ticket, nth, why, priority }, on) {
  return [
    el('p', { class: 'number' }, ticket.number),
    el('p', { class: 'state', 'data-state': ticket.state }, page.states[ticket.state],
      nth > 1 && el('span', { class: 'quiet' }, ' · ', _('第 %(n)s 次呼叫', { n: nth }))),
    itemsOf(ticket),
    el('p', { class: 'quiet' }, `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`),
    el('p', { class: 'priority-line' }, priorityOf({ ...ticket, priority }, on, 'D')),
    el('p', { class: 'why' },
      _('为什么叫这个号：%(why)s', { why: why?.text ?? ticket.why.text })),
  ]
}

/** What the person came with; the one in hand stands out. */
function itemsOf(ticket) {
  if (ticket.items.length < 2) return el('p', { class: 'item' }, itemName(ticket.item))
  const place = { n: ticket.items.indexOf(ticket.item) + 1, of: ticket.items.length }
  return el('div', { class: 'item' },
    el('span', { class: 'tag' }, _('第 %(n)s 项，共 %(of)s 项', place)),
    el('ol', {}, ticket.items.map((item) =>
      el('li', { 'aria-current': item === ticket.item && 'step' }, itemName(item)))))
}

function nothingInHand(status) {
  const isOpen = status === 'open'
  return [
    el('p', { class: 'number none', 'aria-hidden': 'true' }, '—'),
    el('p', { class: 'state' }, isOpen ? _('手上没有号') : _('窗口没有开放')),
    el('p', { class: 'quiet' }, isOpen ? _('按“叫下一位”开始。') : _('先按“开放”，再叫号。')),
  ]
}

/** The lanes of one tier: who waits there; where nobody does, no more than the letter. */
function tierRow({ lanes, bound, server_time: now }, tier) {
  const here = tier === 1 && bound.length > 0 && el('li', {},
    el('strong', {}, _('指定本窗口')), el('span', {}, _('%(n)s 人', { n: bound.length })))
  const chips = lanes.filter((lane) => lane.tier === tier).map((lane) => laneChip(lane, now))
  return el('li', {}, tierTag(tier), el('ul', { class: 'lanes' }, here, chips))
}

function laneChip({ lane, name, waiting, oldest_since: since }, now) {
  if (!waiting) return el('li', { class: 'empty', title: name }, lane)
  const oldest = { n: minutes(since, now) }
  return el('li', { title: [name, _('最久 %(n)s 分钟', oldest)].join(' · ') },
    el('strong', {}, lane), el('span', { class: 'name' }, name),
    el('span', { class: 'minutes' }, _('%(n)s 人', { n: waiting }), ' · ', _('%(n)s 分钟', oldest)))
}

const tierTag = (tier) => el('span', { class: 'tier', 'data-tier': tier }, TIERS[tier] ?? _('协助'))

function lineRow(ticket, now, on) {
  const { why } = ticket
  const items = ticket.items.map(itemName).join(_('、'))
  const deeds = { onchoose: () => on.callNumber(ticket), onstrike: () => on.strike(ticket) }
  return el('tr',
    { 'data-row': ticket.id, tabindex: '-1', ...deeds },
    el('td', { class: 'number' }, ticket.number),
    el('td', { class: 'items', title: items }, items),
    el('td', { class: 'why', title: why.text },
      el('span', { class: 'tag', 'data-why': why.code }, page.tags[why.code] ?? _('其他')),
      why.text),
    el('td', { class: 'how' },
      ticket.bound ? el('span', { class: 'tag' }, _('指定本窗口')) : tierTag(ticket.tier),
      ticket.overdue && el('span', { class: 'tag late' }, _('超时'))),
    el('td', { class: 'minutes' }, _('%(n)s 分钟', { n: minutes(ticket.waits_since, now) })),
    el('td', {}, priorityOf(ticket, on)))
}

function aside(id, tickets, row) {
  fill(id, tickets.map(row))
  show(`${id}-box`, tickets.length > 0)
}

/** `needs`: an `open` counter, or one that is open and `free`, for the button to work. */
function asideRow(ticket, facts, words, act, strike, needs = null) {
  const onchoose = ({ currentTarget }) => currentTarget.querySelector('button').click()
  const item = itemName(ticket.item)
  return el('li',
    { 'data-row': ticket.id, tabindex: '-1', onchoose, onstrike: () => strike(ticket) },
    el('strong', { class: 'number' }, ticket.number),
    el('span', { class: 'items', title: item }, item),
    el('span', { class: 'quiet' }, facts),
    el('button', { onclick: () => act(ticket), 'data-needs': needs }, words))
}

function priorityOf(ticket, on, key = null) {
  if (!ticket.priority) return []
  return [
    el('span', { class: 'tag priority' }, page.priorities[ticket.priority]),
    el('button', { class: 'small strike', onclick: () => on.strike(ticket) }, _('取消优先'),
      key && [' ', el('kbd', {}, key)]),
  ]
}

export const itemName = (code) => page.items[code] ?? code

/** What a visit goes on with after the item in hand; undefined after its last. */
export const nextItemOf = ({ item, items }) => items[items.indexOf(item) + 1]

const minutes = (since, now) =>
  Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / MINUTE_MS))
