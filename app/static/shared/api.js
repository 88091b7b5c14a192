// Talking to the JSON API: an answer, a refusal in words, or nobody there.

const TIMEOUT_MS = 10_000
const ASK_AGAIN_MS = 2_000

/** The server said no; `message` can be read out. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail)
    this.status = status
    this.code = problem.code
    this.problem = problem
  }

  /** A store was away: it may have been done, so ask again under the same key. */
  get isOpen() {
    return this.status === 503
  }
}

/** No answer, or none of ours. */
export class Away extends Error {
  isOpen = true
}

let touchedAt = performance.now()
for (const touch of ['pointerdown', 'keydown']) {
  addEventListener(touch, () => { touchedAt = performance.now() }, { capture: true, passive: true })
}

/** For how long nobody has touched this page, in seconds: it asks by itself whether or not. */
const idle = () => Math.round((performance.now() - touchedAt) / 1000)

/** One request. Pages of machines and staff have a cookie and a CSRF token, a ticket its `token`. */
export async function call(method, path, { body, key, token } = {}) {
  const headers = { Accept: 'application/json', 'X-Idle-Seconds': idle(), ...authority(token) }
  if (key) headers['Idempotency-Key'] = key
  if (body) headers['Content-Type'] = 'application/json'
  let response, text
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    text = await response.text()
  } catch {
    throw new Away()
  }
  const answer = parsed(text)
  if (response.ok) return answer
  if (!answer?.code) throw new Away() // a gateway's page, say
  throw new Refused(response.status, answer)
}

/**
 * The answer to a POST, asked for again under the same key until somebody answers, `tries` times
 * at most. `onLost` hears of each try without an answer, and may throw to give up.
 */
export async function insist(path, { body = {}, key, tries = Infinity, onLost }) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call('POST', path, { body, key })
    } catch (error) {
      if (!error.isOpen || tried >= tries) throw error
    }
    onLost()
    await sleep(ASK_AGAIN_MS)
  }
}

export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, '0')).join('')

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

function authority(token) {
  if (token) return { Authorization: `Bearer ${token}` }
  const meta = document.querySelector('meta[name="csrf-token"]')
  return meta ? { 'X-CSRFToken': meta.content } : {}
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}
