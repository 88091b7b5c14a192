// The keypad for a booking's code or an ID number: to check in, or to have a number printed again.
// What a keyboard or a reader types goes here, too. A firm's credit code is public, so it is taken by
// guides only, and only they have letters.

import { go } from './sections.js'
import { grouped, LENGTHS, shown } from '../shared/codes.js'
import { byId, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const DIGITS = [...'123456789X0']
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const NUMBER = /^[A-Z]{1,3}\d{3,}$/
const REST = Math.max(...Object.values(LENGTHS))
const CHECK_IN = {
  name: 'check-in',
  title: _('预约签到'),
  hint: page.guides
    ? _('请输入 10 位预约码、18 位身份证号码或统一社会信用代码；也可以刷身份证，或扫手机、号票上的二维码。')
    : _('请输入 10 位预约码或 18 位身份证号码；也可以刷身份证，或扫手机、号票上的二维码。单位预约请用预约码。'),
  deed: _('签到'),
}
const REPRINT = {
  name: 'reprint',
  title: _('补打号票'),
  hint: page.guides
    ? _('请输入号码（如 A012）、10 位预约码或 18 位证件号码；也可以刷身份证或扫二维码。')
    : _('请输入 10 位预约码或 18 位身份证号码；也可以刷身份证，或扫手机、号票上的二维码。号码不变，不会重新排队。'),
  deed: _('补打'),
}
let mode = CHECK_IN
let typed = ''
let priority = null
let hasLetters = false

/** Draw the keypad; `done(mode, proof, priority)` once somebody presses the button or Enter. */
export function drawKeypad(done) {
  drawKeys()
  fill('class-buttons', page.priorities.map(([code, word]) =>
    el('button', { onclick: () => prefer(priority === code ? null : code), 'data-class': code, 'aria-pressed': 'false' }, word)))
  byId('arrive').addEventListener('click', () => done(mode.name, proof(typed), priority))
  byId('empty').addEventListener('click', () => set(''))
}

/** Open the keypad. */
export function startCheckIn() { start(CHECK_IN) }
export function startReprint() { start(REPRINT) }

/** Type again for this purpose, by the same right; a card at the reader came here without a page. */
export function retype(name) {
  const right = priority
  start(name === REPRINT.name ? REPRINT : CHECK_IN)
  prefer(right)
}

export const isReprint = () => mode === REPRINT
export const priorityChosen = () => priority

/** Somebody new stands here. */
export function forget() {
  set('')
  prefer(null)
}

/** What a key pressed on a keyboard does here; whether it was one of ours. */
export function press(event) {
  const key = event.key.toUpperCase()
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  if (DIGITS.includes(key) || LETTERS.includes(key)) type(key)
  else if (key === 'BACKSPACE') set(typed.slice(0, -1))
  else if (key === 'ENTER' && !event.target.closest('footer, header, fieldset, .entered')) byId('arrive').click()
  else return false
  return true
}

/** What is shown by this text, in the mode that stands. */
export function proof(text) {
  const number = text.replaceAll(/\s/g, '').toUpperCase()
  return shown(text) ?? (isReprint() && page.guides && NUMBER.test(number) ? { number } : null)
}

function start(as) {
  mode = as
  hasLetters = page.guides && isReprint()
  say('enter-title', mode.title)
  say('enter-hint', mode.hint)
  say('arrive', mode.deed)
  show('classes', !isReprint())
  drawKeys()
  forget()
  go('enter')
}

function prefer(code) {
  priority = code
  for (const button of byId('class-buttons').children) {
    button.setAttribute('aria-pressed', String(button.dataset.class === code))
  }
}

function drawKeys() {
  const key = (sign) => el('button', { onclick: () => type(sign), class: sign === DIGITS.at(-1) && 'last' }, sign)
  fill('keypad',
    DIGITS.map(key),
    el('button', { onclick: () => set(typed.slice(0, -1)), class: 'erase', 'aria-label': _('退格') }, '⌫'),
    page.guides ? el('button', { onclick: toggleLetters, class: 'switch', 'aria-pressed': String(hasLetters) }, _('字母')) : [],
    hasLetters ? el('div', { class: 'letters' }, LETTERS.map(key)) : [])
}

function toggleLetters() {
  hasLetters = !hasLetters
  drawKeys()
}

function type(key) {
  if (typed.length < REST) set(typed + key)
}

function set(text) {
  typed = text
  say('typed', grouped(typed))
  say('typed-hint', hint())
  byId('arrive').disabled = !proof(typed)
}

function hint() {
  const missing = REST - typed.length
  if (!typed) return ''
  if (isReprint() && page.guides && /^[A-Z]/.test(typed)) return ''
  if (/[A-WYZ]/.test(typed) && !page.guides) return _('单位预约请出示预约码，或到导办台签到。')
  if (/[A-WYZ]/.test(typed)) return missing ? _('统一社会信用代码还差 %(n)s 位', { n: missing }) : done()
  if (typed.length < LENGTHS.code) return _('预约码还差 %(n)s 位', { n: LENGTHS.code - typed.length })
  if (typed.length === LENGTHS.code) return _('预约码已输完；证件号码请继续输入')
  return missing ? _('证件号码还差 %(n)s 位', { n: missing }) : done()
}

const done = () => (proof(typed) ? _('已输完，请核对') : _('不像证件号码，请核对'))
