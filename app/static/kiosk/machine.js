// The number machine: department → item → number, a booking → number, or a number printed again.
// One tap, one number, whatever the network does.

import * as entering from './entering.js'
import { clearSearch, drawFinding, isSearching, itemOf, lookAround } from './finding.js'
import { read } from './reader.js'
import { at, go, REFUSED_S, setAway, TICKET_S, touch, watchIdle } from './sections.js'
import { print, showTicket, watchPaper } from './ticket.js'
import { addMore, choose, codes, forgetVisit, isBegun, names } from './visit.js'
import { call, insist, newKey, sleep } from '../shared/api.js'
import { byId, el, fill, hallClock, inWords, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const LOOK_EVERY_MS = 4_000 // who comes to a machine that is away is told before the first tap
const LOOK_AGAIN_MS = 3_000
const TRIES = 4
const TWICE_MS = 60_000
const CHINESE = 'zh-CN'
const TAKE = { path: '/kiosk/tickets', words: _('正在取号，请稍候……'), title: _('您的号票') }
const CHECK_IN = { path: '/kiosk/check-ins', words: _('正在签到，请稍候……'), title: _('签到成功'), isArrival: true }
const REPRINT = { path: '/kiosk/reprints', words: _('正在查找号票，请稍候……'), title: _('您的号票，号码不变') }
const REJOIN = { words: _('正在重新排队，请稍候……'), title: _('已重新排队'), isArrival: true }

const setClock = hallClock((wall) => say('clock', inWords(wall)))
let order = null // what the person at the machine asks for: {path, body, words, key, …}, all for good
let refused = null // what was refused, and how
let last = null // the last number given here: {codes, ticket, at}
let held = null // the ticket shown
let isLeft = false // nobody has touched it since it went back to the start by itself
let isAway = false

function home() {
  order = refused = held = null
  entering.forget()
  forgetVisit()
  clearSearch()
  go('home')
}

/** Nobody is here any more: the next one reads Chinese and can reach as high as most. */
function leave() {
  setLow(false)
  home()
  isLeft = true
  turnChinese()
}

/** The page in Chinese has to come from somebody who answers. */
function turnChinese() {
  if (isLeft && isForeign() && !isAway) location.replace(`?lang=${CHINESE}`)
}

const isForeign = () => !page.guides && document.documentElement.lang !== CHINESE
const isLow = () => document.body.classList.contains('low')
const isFresh = () => !isSearching() && !isBegun() && !isForeign() && !isLow()

function setLow(is) {
  document.body.classList.toggle('low', is)
  byId('low').setAttribute('aria-pressed', String(is))
}

// What somebody asks for

function take(more = {}) {
  if (!at('item')) return
  const body = { ...visit(codes()), ...more }
  const isTwice = last && performance.now() - last.at < TWICE_MS && last.codes.some((code) => codes().includes(code))
  if (!isTwice) return ask(TAKE, body)
  order = { ...TAKE, body }
  const items = names(last.codes.map(itemOf))
  say('twice-words', _('刚才已在这台机器上取过“%(items)s”的号：%(number)s。', { items, number: last.ticket.number }))
  go('twice')
}

const visit = (items) => (items.length > 1 ? { items } : { item: items[0] })

function takeTwice() {
  if (at('twice')) ask(TAKE, order.body)
}

function arrive(mode, proof, priority) {
  if (!proof) return
  if (mode === 'reprint') ask(REPRINT, proof)
  else if (proof.number === undefined) ask(CHECK_IN, { ...proof, ...(priority && { priority }) })
}

function ask(deed, body) {
  order = { ...deed, body, key: newKey() }
  send()
}

async function send() {
  if (!order || at('working')) return
  const { path, body, key, words } = order
  say('working-words', words)
  go('working')
  try {
    given(await insist(path, { key, body, tries: TRIES, onLost }), order)
  } catch (error) {
    if (error.status === 401 || error.status === 403) return location.reload()
    refuse(error)
  }
}

const onLost = () => say('working-words', _('网络不稳定，正在重新连接，请不要离开……'))

function given(ticket, deed) {
  order = null
  held = ticket
  if (deed.path === TAKE.path) last = { codes: ticket.items, ticket, at: performance.now() }
  showTicket(ticket, deed)
  go('ticket', TICKET_S)
  if (page.printer && deed.title !== REJOIN.title) watchPaper(ticket)
}

/** A number printed once more is the same number; that it was is written down, and where the machine
 * has a printer of its own, that prints it. */
async function noteReprint() {
  const ticket = held
  if (!ticket.token) return
  const again = { body: { ticket: ticket.token }, key: newKey(), tries: TRIES, onLost: () => {} }
  const noted = await insist(REPRINT.path, again).catch(() => null) // else the page's paper is out already
  if (noted && page.printer && held === ticket) watchPaper(ticket)
}

// What cannot be, and what can be instead

function refuse(error) {
  const { path, body } = order
  const isArrival = path === CHECK_IN.path
  const isEarly = error.code === 'check_in_too_early'
  refused = { ...error.problem, body, path }
  say('refused-words', error.message || _('取号系统没有答复。请再试一次，或到导办台取号。'))
  byId('refused').classList.toggle('early', isEarly)
  show('instead', isEarly)
  show('which', error.code === 'several_tickets')
  fill('which', (error.problem?.numbers ?? []).map((number) =>
    el('button', { onclick: () => ask(REPRINT, { ...body, number }), class: 'huge' }, number)))
  show('print-instead', isArrival && ['already_checked_in', 'action_not_allowed'].includes(error.code))
  show('again', Boolean(error.isOpen))
  show('retype', path !== TAKE.path && (error.status === 404 || error.status === 422))
  show('on-site', isArrival && error.status === 404)
  if (!error.isOpen) order = null
  go('refused', REFUSED_S)
}

/** A number on site for what was booked, for who came too early to wait for it. */
function takeInstead({ givesUp }) {
  if (!at('refused')) return
  const { items, body: { priority, ...proof } } = refused
  const { id_number } = proof
  ask(TAKE, {
    ...visit(items),
    ...(id_number && { id_number }),
    ...(priority && { priority }),
    ...(givesUp && { gives_up: proof }),
  })
}

function printInstead() {
  if (!at('refused')) return
  const { priority, ...proof } = refused.body
  ask(REPRINT, proof)
}

// Keys that nobody has a field for: typed by hand or by a reader

function onKey(event) {
  const text = read(event)
  const { key, target } = event
  const isForField = target.matches('input')
  if (key === 'Enter' && scanned(isForField ? target.value : text)) {
    event.preventDefault()
    return
  }
  if (isForField || event.repeat) return
  if (at('home', 'ticket', 'refused') && /^\d$/.test(text)) entering.startCheckIn()
  if (at('enter') && entering.press(event)) event.preventDefault()
}

/** A card or a QR code at the reader: it says who somebody is, and the page what they want. */
function scanned(text) {
  const proof = text.length < 10 ? null : entering.proof(text)
  if (!proof) return false
  if (at('item')) {
    if (proof.id_number) take({ id_number: proof.id_number })
  } else if (at('enter')) arrive(entering.isReprint() ? 'reprint' : 'check-in', proof, entering.priorityChosen())
  else if (at('home', 'ticket', 'refused')) arrive('check-in', proof, null)
  return true
}

// The hall

/** See whether the hall gives numbers, and whether anybody is there to give them. */
async function look() {
  try {
    const hall = await call('GET', `/halls/${encodeURIComponent(page.hall)}`)
    setClock(hall.now)
    await lookAround(hall)
    show('closed', !hall.gives_numbers)
    isAway = false
  } catch {
    isAway = true
  }
  setAway(isAway)
  turnChinese()
}

entering.drawKeypad(arrive)
drawFinding(choose, () => { isAway = true; setAway(true) })
const onClick = (id, deed) => byId(id).addEventListener('click', deed)
onClick('booked', () => entering.startCheckIn())
onClick('lost', () => entering.startReprint())
onClick('retype', () => entering.retype(refused.path === REPRINT.path ? 'reprint' : 'check-in'))
onClick('on-site', home)
onClick('take', () => take())
onClick('more', () => { if (addMore()) { clearSearch(); go('home') } })
onClick('not-twice', home)
onClick('twice-take', takeTwice)
onClick('twice-print', () => { if (at('twice')) ask(REPRINT, { ticket: last.ticket.token }) })
onClick('keep', () => takeInstead({ givesUp: false }))
onClick('give-up', () => takeInstead({ givesUp: true }))
onClick('print-instead', printInstead)
onClick('again', send)
onClick('print', () => print(noteReprint))
onClick('rejoin', () => ask({ ...REJOIN, path: `/kiosk/tickets/${held.id}/rejoin` }, {}))
onClick('back', () => { setLow(false); home() })
onClick('low', () => setLow(!isLow()))
fill('priorities', page.priorities.map(([code, word]) =>
  el('button', { onclick: () => take({ priority: code }), 'data-priority': code }, word)))
addEventListener('keydown', onKey)
for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, () => { isLeft = false; touch() })
for (const sign of ['offline', 'online']) addEventListener(sign, look)
watchIdle(isFresh, leave)
home()
for (;;) {
  await look()
  await sleep(isAway ? LOOK_AGAIN_MS : LOOK_EVERY_MS)
}
