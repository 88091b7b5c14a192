// A reader for ID cards types as a keyboard does, much faster than anybody, and ends with Enter. Pure.

import { isIdNumber } from '../../lib/idnumber.js'

/** People are slower between two keys. What was read opens more than what was typed, so it matters. */
const PAUSE_MS = 100
const LENGTH = 18

/**
 * A function that hears each key, `{key, timeStamp}`, and gives the ID number of a card that was read;
 * null as long as none was.
 */
export function cardReader() {
  let text = ''
  let last = 0
  return ({ key, timeStamp }) => {
    if (timeStamp - last > PAUSE_MS) text = ''
    last = timeStamp
    const whole = text.toUpperCase()
    text = key === 'Enter' ? '' : text + (key.length === 1 ? key : '')
    return key === 'Enter' && whole.length === LENGTH && isIdNumber(whole) ? whole : null
  }
}
