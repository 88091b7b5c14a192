// Talking to the JSON API: an answer, a refusal in words, or nobody there.

import { language, t } from './i18n.js'
import { kept } from './kept.js'
import { offline } from './line.js'

/** Where the API is: beside the pages in a browser; in WeChat the host the build was made for. */
export const BASE = process.env.UNI_PLATFORM === 'h5'
  ? ''
  : (import.meta.env.VITE_API_BASE || 'http://127.0.0.1:8000')

const TIMEOUT_MS = 10_000
const TRIES = 2
const ASK_AGAIN_S = 1.5
/** Longer than the hall itself asks for when a store of its is away. */
const PATIENCE_S = 5
/** How long a deed whose answer was never read keeps its key. */
const KEY_LIVES_MS = 10 * 60_000
const KEYS = 'deeds'
/** What it takes back may be done anew. */
const TAKES_BACK = /\/(cancel|leave)$/

/** Something went wrong, and `message` can be read out. */
export class InWords extends Error {}

/** Why the hall did not do something: a stable `code`, and words. */
export class ApiError extends InWords {
  constructor(status, problem) {
    super(problem.detail)
    this.status = status
    this.code = problem.code
    this.problem = problem
  }

  /** Nobody answered, or a store was away: it may have been done, and may be asked for again. */
  get isOpen() {
    return this.status === 0 || this.status === 503
  }

  get isOffline() {
    return this.code === 'offline'
  }
}

export const get = (path, query) => asking('GET', path + asQuery(query))
export const put = (path, body = {}) => asking('PUT', path, { body })
export const del = (path) => asking('DELETE', path)

/** A deed, done once: until somebody answers, the same deed goes out under the same key. */
export async function post(path, body = {}) {
  const deed = `${path} ${JSON.stringify(body)}`
  const key = keyOf(deed)
  try {
    const answer = await asking('POST', path, { body, key })
    if (TAKES_BACK.test(path)) kept.drop(KEYS)
    else forgetKey(deed)
    return answer
  } catch (error) {
    if (!error.isOpen) forgetKey(deed)
    throw error
  }
}

/** One request without any of the above, for those who sign in, and who have another right. */
export function plainly(method, path, { body, key, token, right = {} } = {}) {
  return new Promise((resolve, reject) => uni.request({
    url: address(path),
    method,
    data: body === undefined ? undefined : JSON.stringify(body),
    header: { ...headers({ body, key, token }), ...right },
    timeout: TIMEOUT_MS,
    success: ({ statusCode, data }) => {
      offline.value = false
      if (statusCode >= 200 && statusCode < 300) resolve(data || null)
      else reject(new ApiError(statusCode, data?.code ? data : unread(statusCode)))
    },
    fail: ({ errMsg }) => {
      const error = nobody(errMsg)
      if (error.isOffline) offline.value = true
      reject(error)
    },
  }))
}

/** The whole address of a path of the API, in the reader's language. */
export function address(path) {
  return `${BASE}/api/v1${path}${path.includes('?') ? '&' : '?'}lang=${language.value}`
}

export function authority(token) {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

// Who signs in tells us how: api.js knows nobody.
let signedIn = { token: () => null, renew: async () => false }

export function asCitizen(how) {
  signedIn = how
}

/** For streams: the token now, and one that holds after a 401. */
export const tokenNow = () => signedIn.token()
export const renewed = () => signedIn.renew()

async function asking(method, path, { body, key } = {}) {
  for (let tried = 1; ; tried += 1) {
    const token = signedIn.token()
    try {
      return await plainly(method, path, { body, key, token })
    } catch (error) {
      const again = tried < TRIES && (
        error.status === 401 ? token && await signedIn.renew() : await pause(method, error)
      )
      if (!again) throw error
    }
  }
}

/** Waits as long as the hall asked for; whether to ask again at all. */
async function pause(method, error) {
  const isDeed = method === 'POST' || method === 'DELETE'
  // no line: whoever sees it knows better when to do it again; what may be done twice goes out again
  if (!error.isOpen || (error.isOffline && isDeed)) return false
  const seconds = Math.min(error.problem.retry_after ?? ASK_AGAIN_S, PATIENCE_S)
  await new Promise((done) => setTimeout(done, seconds * 1000))
  return true
}

function headers({ body, key, token }) {
  return {
    Accept: 'application/json',
    'Accept-Language': language.value,
    ...authority(token),
    ...(key && { 'Idempotency-Key': key }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
}

function asQuery(query) {
  const pairs = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`))
  return pairs.length ? `?${pairs.join('&')}` : ''
}

function nobody(errMsg = '') {
  return /timeout|time out/i.test(errMsg)
    ? new ApiError(0, { code: 'timeout', detail: t('大厅没有及时回应，请稍候再试。') })
    : new ApiError(0, { code: 'offline', detail: t('网络不通，请检查网络后再试。') })
}

/** An answer that is none of ours: a gateway's page, say. */
function unread(status) {
  return status >= 500
    ? { code: 'unavailable', detail: t('系统暂时繁忙，请稍候再试。') }
    : { code: 'unreadable', detail: t('没有读懂大厅的回应，请稍候再试。') }
}

function keyOf(deed) {
  const open = openKeys()
  const { key } = open[deed] ??= { key: newKey(), at: Date.now() }
  kept.set(KEYS, open)
  return key
}

function forgetKey(deed) {
  const { [deed]: _, ...others } = openKeys()
  kept.set(KEYS, others)
}

function openKeys() {
  const young = ([, { at }]) => Date.now() - at < KEY_LIVES_MS
  return Object.fromEntries(Object.entries(kept.get(KEYS) ?? {}).filter(young))
}

/** Unique, not secret: WeChat has no crypto to make it with. */
export function newKey() {
  const part = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${part()}${part()}`
}
