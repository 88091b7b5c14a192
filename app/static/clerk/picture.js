// The counter as the server last told it.

import { call } from '../shared/api.js'
import { page } from '../shared/dom.js'
import { _ } from '../shared/language.js'

export const counterPath = `/counters/${encodeURIComponent(page.counter)}`
export const kept = (what) => `shunhao.${what}.${page.hall}.${page.counter}`

/** `GET /counters/{no}`, as last read; null before. */
export let picture = null
let readAt = 0
const watchers = []

/** Whole seconds until the number in hand may be called again; 0 where nothing holds that back. */
export function recallRest() {
  if (!picture?.recall_at) return 0
  const then = Date.parse(picture.recall_at) - Date.parse(picture.server_time)
  return Math.max(0, Math.ceil((readAt + then - performance.now()) / 1000))
}

/** `watch(picture, before)` after each reading. */
export const onPicture = (watch) => watchers.push(watch)

export async function refresh() {
  let read
  try {
    read = await call('GET', counterPath)
  } catch (error) {
    if (error.status === 401) leave(_('登录已失效，或本窗口已由他人登录，请重新登录。'))
    if (error.status === 404) leave(_('大厅已经没有本窗口，请重新登录。'))
    throw error
  }
  const before = picture
  picture = read
  readAt = performance.now()
  for (const watch of watchers) watch(picture, before)
}

let leaving = () => {}

/** `tell` says why this page is about to be left. */
export const onLeaving = (tell) => { leaving = tell }

function leave(words) {
  leaving(words)
  setTimeout(() => location.assign('/clerk/'), 3_000)
}
