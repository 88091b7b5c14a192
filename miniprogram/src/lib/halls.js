// What is known of the halls, read once in a while: answers name halls and items by their codes.

import { get } from './api.js'
import { language } from './i18n.js'

const LIVES_MS = 60_000
const known = new Map()

/** All halls; the nearest first where the phone's place is given. */
export const halls = (place) => get('/halls', place)

/** code -> name of each hall. */
export const hallNames = () => remembered('/halls')

/** code -> name of each item of this hall. */
export const itemNames = (hall) => remembered(`/halls/${hall}/items`)

async function remembered(path) {
  const name = `${language.value} ${path}`
  const found = known.get(name)
  if (found && Date.now() - found.at < LIVES_MS) return found.names
  const names = Object.fromEntries((await get(path)).map((one) => [one.code, one.name]))
  known.set(name, { at: Date.now(), names })
  return names
}
