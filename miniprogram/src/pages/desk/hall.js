// How the desk asks the hall: as the machine it runs on, by a cookie that no script sees, and a token
// against forgery. Nothing of what it asks or is told is kept on the machine.

import { newKey, plainly } from '../../lib/api.js'

const TRIES = 4
const ASK_AGAIN_MS = 2_000
/** Nobody knows this machine any more. */
const STRANGER = [401, 403]

const told = (name) => document.querySelector(`meta[name="${name}"]`)?.content

/** {hall, name, demo, lanes, priorities: [code, word, from which age]}: what the page was told when
 * it was served. */
export const desk = () => JSON.parse(told('desk') ?? '{"lanes":{},"priorities":[]}')

export const read = (path) => asking('GET', path)
export const put = (path, body) => asking('PUT', path, { body })

/** A deed, done once: asked for again under the same key until somebody answers. */
export async function post(path, body = {}) {
  const key = newKey()
  for (let tried = 1; ; tried += 1) {
    try {
      return await asking('POST', path, { body, key })
    } catch (error) {
      if (!error.isOpen || tried >= TRIES) throw error
    }
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS))
  }
}

async function asking(method, path, given = {}) {
  try {
    return await plainly(method, path, { ...given, right: { 'X-CSRFToken': told('csrf-token') ?? '' } })
  } catch (error) {
    if (STRANGER.includes(error.status)) location.reload()
    throw error
  }
}
