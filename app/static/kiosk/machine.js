// The number machine: department → item → number. One tap, one number, whatever the network does.

import { call, insist, newKey, sleep } from '../shared/api.js'
import { byId, el, fill, hallClock, inWords, page, say, show } from '../shared/dom.js'

const IDLE_S = 60
const TICKET_S = 20
const REFUSED_S = 30
const LOOK_EVERY_MS = 15_000
const LOOK_AGAIN_MS = 3_000
const TRIES = 4
const NO_ANSWER = '取号系统没有答复。请再试一次，或到导办台取号。'

const SECTIONS = ['home', 'department', 'item', 'working', 'ticket', 'refused']
const setClock = hallClock((wall) => say('clock', inWords(wall)))
let items = []
let departments = []
let order = null // what the person at the machine asks for: {body, key, item}; its key never changes
let left = 0
let section = ''

function go(to, seconds = IDLE_S) {
  section = to
  for (const id of SECTIONS) show(id, id === to)
  show('back', to !== 'home' && to !== 'working')
  left = to === 'working' ? Infinity : seconds
  countDown(0)
  scrollTo(0, 0)
}

function home() {
  order = null
  byId('search').value = ''
  search()
  go('home')
}

function countDown(by) {
  left -= by
  const counting = section === 'ticket' || section === 'refused'
  say('seconds', counting ? `（${left} 秒）` : '')
  if (left <= 0) home()
}

function itemButton(item, department = '') {
  return el('li', {}, el('button', { onclick: () => choose(item) },
    el('strong', {}, item.name),
    el('span', {}, `${department}${page.lanes[item.lane]} · 约 ${item.minutes} 分钟`)))
}

function search() {
  const words = byId('search').value.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.length
    ? items.filter((item) => words.every((word) => `${item.name}${item.department}`.toLowerCase().includes(word)))
    : []
  show('departments', !words.length)
  show('found', found.length > 0)
  show('nothing', words.length > 0 && !found.length)
  fill('found', found.map((item) => itemButton(item, `${item.department} · `)))
}

function openDepartment(department) {
  say('department-name', department.name)
  fill('items', items.filter((item) => item.department === department.name).map((item) => itemButton(item)))
  go('department')
}

function choose(item) {
  say('item-name', item.name)
  say('item-facts', `${item.department} · ${item.lane} ${page.lanes[item.lane]} · 办理约 ${item.minutes} 分钟`)
  const papers = item.papers.length ? item.papers : ['本人有效身份证件']
  fill('papers', papers.map((paper) => el('li', {}, paper)))
  order = { item, key: newKey() }
  go('item')
}

async function take(priority) {
  if (!order || section === 'working') return
  order.body ??= { item: order.item.code, ...(priority && { priority }) }
  const { item, key, body } = order
  say('working-words', '正在取号，请稍候……')
  go('working')
  try {
    showTicket(await insist('/kiosk/tickets', { key, body, tries: TRIES, onLost }), item)
  } catch (error) {
    if (error.status === 401 || error.status === 403) return location.reload()
    say('refused-words', error.message || NO_ANSWER)
    show('again', Boolean(error.isOpen))
    if (!error.isOpen) order = null
    go('refused', REFUSED_S)
  }
}

const onLost = () => say('working-words', '网络不稳定，正在重新连接，请不要离开……')

function showTicket(ticket, item) {
  order = null
  say('ticket-number', ticket.number)
  say('ticket-lane', `${ticket.lane} ${page.lanes[ticket.lane]}`)
  say('ticket-item', item.name)
  say('ticket-ahead', ticket.ahead ? `前面还有 ${ticket.ahead} 人` : '您排在本队列最前面')
  byId('ticket-qr').src = `/t/${encodeURIComponent(ticket.token)}/qr.svg`
  go('ticket', TICKET_S)
}

/** See whether the hall gives numbers, and whether anybody is there to give them. */
async function look() {
  const path = `/halls/${encodeURIComponent(page.hall)}`
  try {
    const hall = await call('GET', path)
    if (!items.length) items = await call('GET', `${path}/items`)
    if (!departments.length) listDepartments(hall)
    setClock(hall.now)
    show('closed', !hall.gives_numbers)
    show('away', false)
  } catch {
    show('away')
  }
}

function listDepartments(hall) {
  departments = hall.departments.filter(({ name }) => items.some((item) => item.department === name))
  fill('departments', departments.map((department) => el('li', {},
    el('button', { onclick: () => openDepartment(department) }, department.name))))
}

byId('search').addEventListener('input', search)
byId('back').addEventListener('click', home)
byId('take').addEventListener('click', () => take())
byId('again').addEventListener('click', () => take())
fill('priorities', page.priorities.map(([code, word]) =>
  el('button', { onclick: () => take(code), 'data-priority': code }, word)))
for (const sign of ['pointerdown', 'keydown']) {
  addEventListener(sign, () => { if (section !== 'ticket' && section !== 'refused') left = Math.max(left, IDLE_S) })
}
setInterval(() => section !== 'home' && countDown(1), 1000)
home()
for (;;) {
  await look()
  await sleep(byId('away').hidden ? LOOK_EVERY_MS : LOOK_AGAIN_MS)
}
