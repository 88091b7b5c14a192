// The keypad for a booking code or an ID number. A reader that types as a keyboard does types here,
// too: from the first page on, and with Enter at the end.

import { grouped, LENGTHS, shown } from '../shared/codes.js'
import { byId, el, fill, say } from '../shared/dom.js'

const KEYS = [...'123456789X0']
const REST = Math.max(...Object.values(LENGTHS))
let typed = ''

/** Draw the keypad; `done` gets what `shown` makes of it once somebody presses 签到 or Enter. */
export function drawKeypad(done) {
  fill('keypad',
    KEYS.map((key) => el('button', { onclick: () => type(key) }, key)),
    el('button', { onclick: () => set(typed.slice(0, -1)), 'aria-label': '退格' }, '⌫'))
  byId('arrive').addEventListener('click', () => done(shown(typed)))
  byId('empty').addEventListener('click', empty)
}

export const empty = () => set('')

/** What a key pressed on a keyboard does here; whether it was one of ours. */
export function press(event) {
  const key = event.key.toUpperCase()
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  if (KEYS.includes(key)) type(key)
  else if (key === 'BACKSPACE') set(typed.slice(0, -1))
  else if (key === 'ENTER' && !event.target.closest('footer, header')) byId('arrive').click()
  else return false
  return true
}

function type(key) {
  if (typed.length < REST) set(typed + key)
}

function set(text) {
  typed = text
  say('typed', grouped(typed))
  say('typed-hint', hint(typed.length))
  byId('arrive').disabled = !shown(typed)
}

function hint(length) {
  if (!length) return ''
  if (length === LENGTHS.code) return '预约码已输完，请点“签到”；身份证号码请继续输入'
  if (length < LENGTHS.code) return `预约码还差 ${LENGTHS.code - length} 位`
  return length < REST ? `身份证号码还差 ${REST - length} 位` : '已输完，请核对后点“签到”'
}
