// A counter that was set to it calls by itself: after a pause that everybody sees, and that a key
// holds. Only the picture of now starts it; the server refuses to end anything by it.

import { newKey } from '../shared/api.js'
import { say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { kept, onPicture, picture } from './picture.js'

const LOOK_EVERY_MS = 200
const REST_MS = 5_000 // after a refusal, however short the pause
const HELD = kept('held') // remembered by the browser: another page of this counter heeds it, too

let until = null // when the pause ends
let restUntil = 0
let isCalling = false
let emptied = null // the key that found nobody: under it the answer would stay that

/**
 * `may()`: nothing is under way that a call would disturb. `call(key)` gives the answer: null if
 * nobody waits, undefined if there was none.
 */
export function keepCalling({ may, call }) {
  setInterval(() => look(may, call), LOOK_EVERY_MS)
}

export const isHeld = () => localStorage.getItem(HELD) !== null
export const isCounting = () => until !== null

export function hold() {
  localStorage.setItem(HELD, '1')
  until = null
}

export const goOn = () => localStorage.removeItem(HELD)

onPicture(({ auto_call: auto, status, ticket }) => {
  if (ticket || status !== 'open' || !auto.on) goOn() // what was held is over
})

async function look(may, call) {
  const key = picture?.auto_call.on ? picture.auto_call.key : null
  const now = performance.now()
  const waits = key && !isCalling && !isHeld() && may()
  until = waits ? until ?? Math.max(now + picture.auto_call.pause_s * 1000, restUntil) : null
  drawAuto(key, now)
  if (until === null || now < until) return
  until = null
  isCalling = true
  const answer = await call(key === emptied ? newKey() : key)
  if (answer === null) emptied = key
  if (!answer) restUntil = performance.now() + REST_MS
  isCalling = false
}

function drawAuto(key, now) {
  const isHolding = Boolean(key) && isHeld()
  show('auto', isCounting() || isHolding)
  show('auto-hold', isCounting())
  show('auto-go-on', isHolding)
  if (isHolding) say('auto-words', _('自动派单已暂缓。'))
  if (!isCounting()) return
  const seconds = Math.max(0, Math.ceil((until - now) / 1000))
  say('auto-words', _('%(n)s 秒后自动叫下一位', { n: seconds }))
}
