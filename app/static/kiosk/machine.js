// The number machine: department → item → number, or a booking → number. One tap, one number,
// whatever the network does.

import { drawKeypad, empty, press } from './keypad.js'
import { call, insist, newKey, sleep } from '../shared/api.js'
import { shown } from '../shared/codes.js'
import { byId, el, fill, hallClock, inWords, page, say, show, waitWords } from '../shared/dom.js'

const IDLE_S = 60
const TICKET_S = 20
const REFUSED_S = 30
const LOOK_EVERY_MS = 15_000
const LOOK_AGAIN_MS = 3_000
const TRIES = 4
const TAKE = { path: '/kiosk/tickets', words: '取号' }
const CHECK_IN = { path: '/kiosk/check-ins', words: '签到' }
const NO_ANSWER = '取号系统没有答复。请再试一次，或到导办台取号。'

const SECTIONS = ['home', 'department', 'item', 'check-in', 'working', 'ticket', 'refused']
const RESTING = ['home', 'ticket', 'refused'] // a reader that types here means somebody new
const setClock = hallClock((wall) => say('clock', inWords(wall)))
let items = []
let departments = []
let waits = {} // lane -> what a newcomer waits there now
let chosen = null // the item somebody looks at
let order = null // what the person at the machine asks for: {path, body, words, key}, all for good
let instead = null // what they may ask for where that was refused
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
  chosen = order = instead = null
  empty()
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
  const wait = waits[item.lane] ? waitWords(waits[item.lane]) : ''
  say('item-wait', wait && `现在取号，预计等候${wait}`)
  const papers = item.papers.length ? item.papers : ['本人有效身份证件']
  fill('papers', papers.map((paper) => el('li', {}, paper)))
  chosen = item
  go('item')
}

function take(priority) {
  if (section === 'item') ask(TAKE, { item: chosen.code, ...(priority && { priority }) })
}

function arrive(by) {
  if (by && (section === 'check-in' || section === 'home')) ask(CHECK_IN, by)
}

function ask(deed, body) {
  order = { ...deed, body, key: newKey() }
  send()
}

async function send() {
  if (!order || section === 'working') return
  const { path, body, key, words } = order
  say('working-words', `正在${words}，请稍候……`)
  go('working')
  try {
    showTicket(await insist(path, { key, body, tries: TRIES, onLost }), order)
  } catch (error) {
    if (error.status === 401 || error.status === 403) return location.reload()
    refuse(error)
  }
}

/** Say why not, and what can be done instead. */
function refuse(error) {
  const { path, body } = order
  const isEarly = error.code === 'check_in_too_early'
  instead = isEarly ? { ...error.problem, id_number: body.id_number } : null
  say('refused-words', error.message || NO_ANSWER)
  show('early', isEarly)
  byId('refused').classList.toggle('early', isEarly)
  show('walk-in', isEarly)
  show('again', Boolean(error.isOpen))
  show('retype', path === CHECK_IN.path && (error.status === 404 || error.status === 422))
  if (!error.isOpen) order = null
  go('refused', REFUSED_S)
}

/** A number on site for what was booked, for who came too early to wait for it. */
function takeInstead() {
  if (section !== 'refused') return
  const { items: codes, id_number } = instead
  ask(TAKE, { items: codes, ...(id_number && { id_number }) })
}

function startCheckIn() {
  empty()
  go('check-in')
}

const onLost = () => say('working-words', '网络不稳定，正在重新连接，请不要离开……')

function showTicket(ticket, { path }) {
  order = null
  const isArrival = path === CHECK_IN.path
  const names = ticket.items.map((code) => items.find((item) => item.code === code)?.name)
  say('ticket-title', isArrival ? '签到成功' : '您的号票')
  say('ticket-number', ticket.number)
  say('ticket-lane', `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`)
  say('ticket-item', names.filter(Boolean).join('、'))
  say('ticket-ahead', ticket.ahead ? `前面还有 ${ticket.ahead} 人` : '您排在本队列最前面')
  const wait = waitWords(ticket.estimate)
  say('ticket-wait', wait && `预计等候${wait}`)
  say('ticket-why', isArrival ? ticket.why.text : '')
  show('ticket-qr', ticket.token !== null) // a number from afar has its page on a phone already
  show('ticket-scan', ticket.token !== null)
  if (ticket.token) byId('ticket-qr').src = `/t/${encodeURIComponent(ticket.token)}/qr.svg`
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
    const { lanes } = await call('GET', `${path}/waits`)
    waits = Object.fromEntries(lanes.map(({ lane, estimate }) => [lane, estimate]))
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

/** Keys that nobody has a field for: a code typed by hand or by a reader, on the first page, too. */
function onKey(event) {
  const isForField = event.target.matches('input')
  if (section === 'home' && isForField && event.key === 'Enter') arrive(shown(event.target.value))
  if (isForField || event.repeat) return
  if (RESTING.includes(section) && /^\d$/.test(event.key)) startCheckIn()
  if (section === 'check-in' && press(event)) event.preventDefault()
}

drawKeypad(arrive)
byId('booked').addEventListener('click', startCheckIn)
byId('retype').addEventListener('click', startCheckIn)
byId('walk-in').addEventListener('click', takeInstead)
byId('search').addEventListener('input', search)
addEventListener('keydown', onKey)
byId('back').addEventListener('click', home)
byId('take').addEventListener('click', () => take())
byId('again').addEventListener('click', send)
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
