// The counter console. One request at a time; a click whose answer was lost is sent again under its
// key until it is answered, so it is done once. After each answer the server's picture is read.

import { call, insist, newKey } from '../shared/api.js'
import { draw, drawUndo, enable, itemName, nextItemOf } from './view.js'
import { shown } from '../shared/codes.js'
import { ask } from '../shared/dialog.js'
import { byId, page, say, show } from '../shared/dom.js'
import { keepLive } from '../shared/live.js'

const GATHER_MS = 3_000 // forty-odd consoles share one hall's events
const ATTEND_MS = 25_000 // so the server knows that the clerk is there, in a hidden tab, too
const DOUBLE_CLICK_MS = 500 // the second click of two was not meant
const ENDINGS = { finished: '办结', passed: '过号', closed: '过号' } // closed: by a third pass
const KEYS = {
  n: 'next', enter: 'next', r: 'recall', s: 'start', f: 'finish', p: 'pass', k: 'park',
  t: 'transfer', x: 'nextItem', g: 'call', u: 'undo', o: 'open', q: 'arrival',
}

const counterPath = `/counters/${encodeURIComponent(page.counter)}`
let picture = null // GET /counters/{no}, as last read
let pending = null // the click being sent: {words, isLost, isGivenUp}
let sent = {} // the last click: {words, at}
let undoable = null // what was passed or finished here last: {id, number, how, until}

// Reading

async function refresh() {
  try {
    picture = await call('GET', counterPath)
  } catch (error) {
    if (error.status === 401) leave('登录已失效，或本窗口已由他人登录，请重新登录。')
    if (error.status === 404) leave('大厅已经没有本窗口，请重新登录。')
    throw error
  }
  draw(picture, { resume, rejoin, strike, takeOver })
  enable(picture, Boolean(pending))
}

function onFresh(is) {
  const isLost = Boolean(pending?.isLost)
  show('offline', !is || isLost)
  show('give-up', isLost)
  if (isLost) say('offline-words', `“${pending.words}”还没有得到答复，正在重新发送，请不要重复操作。`)
  else if (!is) say('offline-words', '网络不通，以下不是最新情况，正在重新连接。')
}

function leave(words) {
  complain(words)
  setTimeout(() => location.assign('/clerk/'), 3_000)
}

// Sending

/** Send one click; what `done` (it may be async) makes of the answer is said, as are refusals. */
async function send(words, path, body, done) {
  const isDouble = words === sent.words && performance.now() - sent.at < DOUBLE_CLICK_MS
  if (pending || isDouble) return
  sent = { words, at: performance.now() }
  const mine = { words, isLost: false, isGivenUp: false }
  pending = mine
  tell(`${words}……`)
  enable(picture, true)
  let outcome
  try {
    const answer = await insist(path, { body, key: newKey(), onLost: () => lost(mine) })
    const told = await done(answer)
    outcome = () => tell(told)
  } catch (error) {
    outcome = () => complain(error.message)
  }
  mine.isLost = false
  await refresh().then(() => onFresh(true), () => onFresh(false))
  pending = null
  enable(picture, false)
  outcome() // last: whoever reads it may press the next button
}

function lost(mine) {
  if (mine.isGivenUp) throw new Error(`已放弃“${mine.words}”，请以窗口现在的情况为准。`)
  mine.isLost = true
  refresh().then(() => onFresh(true), () => onFresh(false))
}

function tell(words, isFault = false) {
  say('said', words)
  byId('said').classList.toggle('fault', isFault)
}

const complain = (words) => tell(words, true)

// What a clerk does

const turn = (to, words) => send(words, `${counterPath}/${to}`, {}, () => `已${words}。`)

async function next() {
  const more = await goesOn()
  if (more === null) return
  if (more) return nextItem()
  const held = picture.ticket
  await send('叫下一位', `${counterPath}/call-next`, {}, async (answer) => {
    await rememberEnded(held)
    return answer ? announced(answer) : '现在没有人等候。'
  })
}

async function callNumber() {
  const given = await ask('call')
  if (!given) return
  const body = { number: given.number.trim().toUpperCase(), reason: given.reason }
  const held = picture.ticket
  await send(`叫 ${body.number}`, `${counterPath}/call`, body, async (answer) => {
    await rememberEnded(held)
    return announced(answer)
  })
}

const announced = ({ ticket }) => `请 ${ticket.number} 号到 ${page.counter} 号窗口办理。`

/** Recall, start, finish, pass, park: what needs no more than the ticket in hand. */
function handle(action, words) {
  const { id, number } = picture.ticket
  return send(`${words} ${number}`, `/tickets/${id}/${action}`, {}, (ticket) => {
    if (action === 'finish' || action === 'pass') remember(ticket, words)
    return ticket.state === 'closed' ? `${number} 第三次过号，已作废。` : `${number} 已${words}。`
  })
}

async function transfer() {
  const { id, number } = picture.ticket
  const given = await ask('transfer', { number })
  if (!given) return
  const [kind, to] = given.to.split(':')
  const body = { reason: given.reason, ...(to && { [kind]: to }), ...(given.now && { when: 'now' }) }
  await send(`转号 ${number}`, `/tickets/${id}/transfer`, body, () => `${number} 已转出。`)
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
  if (more !== null) await (more ? nextItem() : handle('finish', '办结'))
}

/** What else somebody came for: by its own lane's counters, or bound to this one. */
async function nextItem() {
  const { ticket } = picture
  const { id, number } = ticket
  const item = nextItemOf(ticket)
  const given = await ask('next-item', { number, item: itemName(item) })
  if (!given) return
  const isHere = given.where === 'here'
  const body = { item, ...(isHere && { counter: page.counter }) }
  await send(`下一事项 ${number}`, `/tickets/${id}/transfer`, body, () => isHere
    ? `${number} 下一事项：${itemName(item)}，在本窗口等候。`
    : `${number} 下一事项：${itemName(item)}，等候叫号。`)
}

/** Let somebody who booked arrive, where they come to the counter instead of to the machine. */
function arrive(event) {
  event.preventDefault()
  const field = byId('shown')
  const by = shown(field.value)
  if (!by) return complain('预约码为 10 位数字，身份证号码为 18 位，请核对。')
  send('签到', '/kiosk/check-ins', by, ({ number, items }) => {
    field.value = ''
    field.blur() // the keys are the console's again
    return `签到成功：${number} 号，${items.map(itemName).join('、')}。请告诉办事人号码。`
  })
}

function resume({ id, number }) {
  return send(`恢复 ${number}`, `/tickets/${id}/resume`, {}, ({ state }) => state === 'waiting'
    ? `${number} 已恢复，排在本窗口等候。`
    : `${number} 已恢复办理。`)
}

function rejoin({ id, number }) {
  return send(`重新排队 ${number}`, `/tickets/${id}/rejoin`, {}, () => {
    if (undoable?.id === id) undoable = null
    return `${number} 已重新排队。`
  })
}

function takeOver({ id, number }) {
  return send(`接手 ${number}`, `/tickets/${id}/take-over`, {}, () => `${number} 已转到本窗口。`)
}

async function strike({ id, number }) {
  const given = await ask('strike', { number })
  if (given) await send(`取消优先 ${number}`, `/tickets/${id}/strike-priority`, given, () => `${number} 已取消优先。`)
}

/** Calling another ended what was in hand; how is for the hall to choose. */
async function rememberEnded(held) {
  if (!held) return
  const { state } = await call('GET', `/tickets/${held.id}`).catch(() => ({ state: null }))
  const how = state ? ENDINGS[state] : '上一步'
  if (how) remember(held, how)
}

function remember({ id, number }, how) {
  undoable = { id, number, how, until: performance.now() + page.undo_s * 1000 }
}

function undo() {
  const { id, number, how } = undoable
  return send(`撤销 ${number} ${how}`, `/tickets/${id}/undo`, {}, ({ state }) => {
    undoable = null
    return state === 'waiting' ? `${number} 已撤销，排在本窗口等候。` : `${number} 已撤销，回到本窗口。`
  })
}

const DEEDS = {
  next,
  transfer,
  nextItem,
  undo,
  call: callNumber,
  recall: () => handle('recall', '重呼'),
  start: () => handle('start', '开始办理'),
  finish,
  pass: () => handle('pass', '过号'),
  park: () => handle('park', '挂起'),
  open: () => turn('open', '开放窗口'),
  pause: () => turn('pause', '暂停窗口'),
  close: () => turn('close', '关闭窗口'),
}
const buttonOf = (deed) => document.querySelector(`[data-action="${deed}"], [data-turn="${deed}"]`)

for (const [deed, act] of Object.entries(DEEDS)) buttonOf(deed).addEventListener('click', act)

addEventListener('keydown', (event) => {
  const deed = KEYS[event.key.toLowerCase()]
  const isElsewhere = event.target.closest('input, select, textarea, dialog')
    || (event.key === 'Enter' && event.target.closest('button, a'))
  if (!deed || isElsewhere || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
  event.preventDefault()
  if (deed === 'arrival') return byId('shown').focus()
  const button = buttonOf(deed)
  if (!button.hidden) button.click() // one that is switched off does nothing
})

byId('arrival').addEventListener('submit', arrive)
byId('give-up').addEventListener('click', () => { if (pending) pending.isGivenUp = true })

setInterval(() => {
  const seconds = undoable ? Math.ceil((undoable.until - performance.now()) / 1000) : 0
  if (seconds <= 0) undoable = null
  drawUndo(undoable, seconds)
}, 500)

const look = keepLive({
  url: `/api/v1/halls/${encodeURIComponent(page.hall)}/events`,
  refresh,
  onFresh,
  gatherMs: GATHER_MS,
})
setInterval(look, ATTEND_MS)
