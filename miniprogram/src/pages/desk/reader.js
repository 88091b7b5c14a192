// A reader for ID cards types as a keyboard does, much faster than anybody, and ends with Enter. Pure.

import { isIdNumber } from '../../lib/idnumber.js'

/** People are slower between two keys. What was read opens more than what was typed, so it matters. */
const PAUSE_MS = 100
/** Some readers tell the name before the number. */
const READ = /^(?:(?<name>\D{2,}?)[\s,，|])?(?<number>\d{17}[\dX])$/

/**
 * A function that hears each key, `{key, timeStamp}`, and gives the card that was read: {id_number, and
 * name where the reader tells it}; null as long as none was.
 */
export function cardReader() {
  let text = ''
  let last = 0
  return ({ key, timeStamp }) => {
    if (timeStamp - last > PAUSE_MS) text = ''
    last = timeStamp
    const whole = text
    text = key === 'Enter' ? '' : text + (key.length === 1 ? key : '')
    return key === 'Enter' ? cardIn(whole) : null
  }
}

function cardIn(text) {
  const { name, number } = READ.exec(text.toUpperCase())?.groups ?? {}
  if (!number || !isIdNumber(number)) return null
  return { id_number: number, ...(name && { name: name.trim() }) }
}
