// A reader for ID cards and QR codes types as a keyboard does, and ends with Enter.

const PAUSE_MS = 500 // people are slower, readers are not
let text = ''
let last = 0

/** Hear a key; what was read in one go so far, and with Enter the whole of it. */
export function read({ key, timeStamp }) {
  if (timeStamp - last > PAUSE_MS) text = ''
  last = timeStamp
  const whole = text
  if (key === 'Enter') text = ''
  else if (key.length === 1) text += key
  return key === 'Enter' ? whole : text
}
