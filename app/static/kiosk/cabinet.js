// The cabinet's screen: a code or a card, a door that opens, a door that is shut. One thing at a
// time, and back to the start when nobody touches it any more.

import { drawDoors } from './cabinet_doors.js'
import * as staff from './cabinet_staff.js'
import { read } from './reader.js'
import { call, insist, newKey, sleep } from '../shared/api.js'
import { byId, el, fill, hallClock, inWords, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const SECTIONS = ['home', 'typing', 'card', 'working', 'opened', 'closed', 'refused', 'staff']
const LOOK_EVERY_MS = 1_500
const DIGITS = 6
const IDLE_S = 60
const WARN_S = 20
const DONE_S = 6
const TRIES = 3
const CHINESE = 'zh-CN'
const CARD = /^\d{17}[\dX]$/i
const COLLECT = {
  path: '/cabinet/collect',
  title: _('请输入取件码'),
  hint: _('短信或小程序里的 6 位数字'),
  done: _('箱门已打开，请取出下列物品'),
  shut: _('%(no)s 号箱门已关好，谢谢。'),
}
const DEPOSIT = {
  path: '/cabinet/deposit',
  title: _('请输入交件码'),
  hint: _('小程序“交材料”里的 6 位数字'),
  done: _('箱门已打开，请放入下列材料'),
  shut: _('材料已存入 %(no)s 号箱，工作人员会来取。'),
}

const setClock = hallClock((wall) => say('clock', inWords(wall)))
let section = 'home'
let mode = COLLECT
let typed = ''
let box = null // the one that was opened for who stands here
let thanks = '' // what is said once it is shut
let left = IDLE_S

function go(to, seconds = IDLE_S) {
  section = to
  left = to === 'working' ? Infinity : seconds
  for (const id of SECTIONS) show(id, id === to)
  show('back', !['home', 'working'].includes(to))
  show('to-staff', to === 'home')
  byId(to).closest('main').scrollTo(0, 0)
  tick()
}

function home() {
  box = null
  set('')
  staff.leave()
  go('home')
}

/** The next one reads Chinese. */
function leave() {
  home()
  if (document.documentElement.lang !== CHINESE) location.replace(`?lang=${CHINESE}`)
}

function tick() {
  say('seconds', left <= WARN_S ? _('（%(left)s 秒）', { left }) : '')
}

setInterval(() => {
  const isFresh = section === 'home' && document.documentElement.lang === CHINESE
  left = isFresh ? IDLE_S : left - 1
  tick()
  if (left <= 0) leave()
}, 1000)

// Typing

function start(as) {
  mode = as
  say('typing-title', mode.title)
  say('typing-hint', mode.hint)
  set('')
  go('typing')
}

function set(text) {
  typed = text
  const signs = Array.from({ length: DIGITS }, (_none, nth) =>
    el('span', { class: nth < text.length ? 'sign there' : 'sign' }, text[nth] ?? ''))
  fill('typed', signs)
}

function type(digit) {
  if (section !== 'typing' || typed.length >= DIGITS) return
  set(typed + digit)
  if (typed.length === DIGITS) ask(mode, { code: typed })
}

function drawKeys() {
  const key = (sign, does, words = null, kind = null) =>
    el('button', { onclick: does, 'aria-label': words, class: kind }, sign)
  fill('keys',
    [...'123456789'].map((digit) => key(digit, () => type(digit))),
    key(_('清空'), () => set(''), null, 'words'),
    key('0', () => type('0')),
    key('⌫', () => set(typed.slice(0, -1)), _('退格')))
}

// Asking

async function ask(as, body) {
  mode = as
  go('working')
  try {
    const answer = await insist(as.path, { body, key: newKey(), tries: TRIES, onLost: () => {} })
    opened(answer, as.done, as.shut)
  } catch (error) {
    refuse(error.message || _('没有得到答复，请再试一次，或到窗口办理。'))
  }
}

function opened({ box: no, contents = [], more = 0 }, words, shutWords) {
  box = no
  thanks = shutWords
  say('open-no', _('%(no)s 号箱', { no }))
  say('opened-words', words)
  fill('contents', contents.map((each) => el('li', {}, each)))
  say('more', more ? _('本柜还有您的 %(n)s 件，关门后可再取。', { n: more }) : '')
  show('more', more > 0)
  go('opened', 2 * IDLE_S)
  look()
}

/** Staff go on with the next. */
function atWork(words = '') {
  go('staff', 2 * IDLE_S)
  staff.enter(words)
}

function refuse(words) {
  say('refused-words', words)
  go('refused', IDLE_S / 2)
}

function again() {
  if (mode.byCard) go('card')
  else start(mode)
}

// Doors

async function look() {
  try {
    const cabinet = await call('GET', '/cabinet')
    setClock(cabinet.server_time)
    drawDoors(cabinet.boxes, shut)
    show('away', false)
  } catch (error) {
    if ([401, 403, 404].includes(error.status)) location.reload()
    show('away')
  }
}

async function shut(no) {
  left = IDLE_S
  try {
    await insist('/cabinet/closed', { body: { box: no }, key: newKey(), tries: TRIES, onLost: () => {} })
  } catch {
    return look()
  }
  await look()
  if (no !== box) return
  box = null
  const words = thanks.replace('%(no)s', no)
  if (staff.isIn()) return atWork(words)
  say('closed-words', words)
  go('closed', DONE_S)
}

/** A reader types the number of a card in one go, wherever somebody stands. */
function hear(event) {
  left = section === 'working' ? left : Math.max(left, IDLE_S)
  if (event.target.closest('input')) return
  const text = read(event)
  if (event.key === 'Enter' && CARD.test(text)) {
    event.preventDefault()
    return byCard(text)
  }
  if (section !== 'typing') return
  if (/^\d$/.test(event.key)) type(event.key)
  else if (event.key === 'Backspace') set(typed.slice(0, -1))
}

const byCard = (number) => {
  if (section === 'working') return
  ask({ ...COLLECT, byCard: true }, { id_number: number, read: true })
}

byId('to-collect').addEventListener('click', () => start(COLLECT))
byId('to-deposit').addEventListener('click', () => start(DEPOSIT))
byId('to-card').addEventListener('click', () => go('card'))
byId('to-staff').addEventListener('click', () => atWork())
byId('back').addEventListener('click', home)
byId('again').addEventListener('click', again)
document.getElementById('demo-card')?.addEventListener('submit', (event) => {
  event.preventDefault()
  const number = event.currentTarget.elements.number.value.trim().toUpperCase()
  event.currentTarget.reset()
  byCard(number)
})
addEventListener('keydown', hear)
addEventListener('pointerdown', () => { left = Math.max(left, IDLE_S) })
drawKeys()
staff.drawStaff((answer, words, shutWords) => (answer.box ? opened(answer, words, shutWords) : atWork()))
go('home')
for (;;) {
  await look()
  await sleep(LOOK_EVERY_MS)
}
