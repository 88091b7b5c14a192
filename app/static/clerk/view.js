// What the console shows: drawn anew from each picture the server gives.

import { byId, clockOf, el, fill, page, say, show } from '../shared/dom.js'

const STATUS = { open: '开放', paused: '暂停', closed: '关闭' }
const TURNED = { open: 'open', pause: 'paused', close: 'closed' }

/** Draw `GET /counters/{no}`; each of `on` is called with a ticket's id and number. */
export function draw(picture, on) {
  const { ticket, status } = picture
  say('status', STATUS[status])
  byId('status').dataset.status = status
  say('clerk', picture.clerk ?? '')
  for (const button of document.querySelectorAll('[data-turn]')) {
    button.setAttribute('aria-pressed', String(TURNED[button.dataset.turn] === status))
  }
  fill('hand', ticket ? inHand(picture, on) : nothingInHand(status))
  const next = ticket && nextItemOf(ticket)
  document.querySelector('.next-item').hidden = !next
  say('next-item', next ? `下一事项：${itemName(next)}` : '')
  say('waiting', `${picture.waiting} 人`)
  fill('line', picture.next.map((waiting) => lineRow(waiting, picture.server_time, on)))
  show('nobody', !picture.next.length)
  aside('vanished', picture.vanished, (held) =>
    asideRow(held, `在 ${held.counter} 号窗口`, '接手', on.takeOver, 'free'))
  aside('parked', picture.parked, (parked) => asideRow(parked, '', '恢复办理', on.resume, 'open'))
  aside('passed', picture.passed, (passed) =>
    asideRow(passed, `${clockOf(passed.passed_at)} 过号`, '重新排队', on.rejoin))
}

/** Switch off what cannot be pressed now: by the table of states, and never two at once. */
export function enable(picture, isBusy) {
  const state = picture?.ticket?.state
  const isOpen = picture?.status === 'open'
  const can = (button) => {
    const { action, needs } = button.dataset
    if (needs) return isOpen && (needs === 'open' || !state)
    if (action === 'next' || action === 'call') return isOpen
    const move = action === 'nextItem' ? 'transfer' : action
    return !move || move === 'undo' || page.moves[move].includes(state)
  }
  for (const button of document.querySelectorAll('main button, [data-turn]')) {
    button.disabled = isBusy || !can(button)
  }
}

/** The button that takes back the last pass or finish, for as long as that can be done. */
export function drawUndo(undoable, seconds) {
  show('undo', Boolean(undoable))
  if (!undoable) return
  fill('undo', `撤销 ${undoable.number} ${undoable.how}（${seconds} 秒）`, el('kbd', {}, 'U'))
}

function inHand({ ticket, nth, why, priority }, on) {
  return [
    el('p', { class: 'number' }, ticket.number),
    el('p', { class: 'state', 'data-state': ticket.state },
      page.states[ticket.state], nth > 1 && ` · 第 ${nth} 次呼叫`),
    el('p', { class: 'item' }, itemName(ticket.item),
      ticket.items.length > 1 && el('span', { class: 'tag' }, placeInVisit(ticket))),
    el('p', { class: 'quiet' }, `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`),
    el('p', { class: 'priority-line' }, priorityOf({ ...ticket, priority }, on)),
    el('p', { class: 'why' }, `为什么叫这个号：${why?.text ?? ticket.why.text}`),
  ]
}

function nothingInHand(status) {
  const isOpen = status === 'open'
  return [
    el('p', { class: 'number none', 'aria-hidden': 'true' }, '—'),
    el('p', { class: 'state' }, isOpen ? '手上没有号' : '窗口没有开放'),
    el('p', { class: 'quiet' }, isOpen ? '按“叫下一位”开始。' : '先按“开放”，再叫号。'),
  ]
}

function lineRow(ticket, now, on) {
  return el('tr', {},
    el('td', { class: 'number' }, ticket.number),
    el('td', {}, itemName(ticket.item)),
    el('td', { class: 'why' }, ticket.why.text, ticket.bound && el('span', { class: 'tag' }, '指定本窗口')),
    el('td', { class: 'minutes' }, waited(ticket, now)),
    el('td', {}, priorityOf(ticket, on)))
}

function aside(id, tickets, row) {
  fill(id, tickets.map(row))
  show(`${id}-box`, tickets.length > 0)
}

/** `needs`: an `open` counter, or one that is open and `free`, for the button to work. */
function asideRow(ticket, facts, words, act, needs = null) {
  return el('li', {},
    el('strong', { class: 'number' }, ticket.number),
    el('span', {}, itemName(ticket.item)),
    el('span', { class: 'quiet' }, facts),
    el('button', { onclick: () => act(ticket), 'data-needs': needs }, words))
}

function priorityOf(ticket, on) {
  if (!ticket.priority) return []
  return [
    el('span', { class: 'tag priority' }, page.priorities[ticket.priority]),
    el('button', { class: 'small', onclick: () => on.strike(ticket) }, '取消优先'),
  ]
}

export const itemName = (code) => page.items[code] ?? code

/** What a visit goes on with after the item in hand; undefined after its last. */
export const nextItemOf = ({ item, items }) => items[items.indexOf(item) + 1]

const placeInVisit = ({ item, items }) => `第 ${items.indexOf(item) + 1} 项，共 ${items.length} 项`

function waited(ticket, now) {
  const minutes = Math.floor((Date.parse(now) - Date.parse(ticket.waits_since)) / 60_000)
  return `${Math.max(0, minutes)} 分钟`
}
