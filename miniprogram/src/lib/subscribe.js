// Asking whether WeChat may send a message. It may be asked in a tap only, for three templates at
// most; who said no is not asked again that day.

import { get, put } from './api.js'
import { kept } from './kept.js'
import { session } from './session.js'

const AT_MOST = 3
const WECHAT = process.env.UNI_PLATFORM === 'mp-weixin'

let templates = []

/** Know the templates before anybody taps. Pages that will ask call it when they are shown. */
export async function readyToAsk() {
  if (!WECHAT || !session.token) return
  try {
    ({ templates } = await get('/me/subscriptions'))
  } catch { /* nobody is asked, and is told in the app */ }
}

/**
 * In the tap itself, before anything is waited for: may we send messages of these keys (`booking`,
 * `reminder`, `queue`)? Never throws, and ends once the person has answered.
 */
export async function mayWeTell(...keys) {
  const ids = templates
    .filter(({ key, id }) => keys.includes(key) && kept.get(`refused.${id}`) !== today())
    .map(({ id }) => id)
    .slice(0, AT_MOST)
  if (!WECHAT || !ids.length) return
  const answers = await asked(ids)
  for (const [id, answer] of Object.entries(answers)) {
    if (answer === 'reject' || answer === 'ban') kept.set(`refused.${id}`, today())
  }
  if (Object.keys(answers).length) {
    put('/me/subscriptions', { answers }).then((said) => { templates = said.templates }, () => {})
  }
}

function asked(tmplIds) {
  return new Promise((resolve) => uni.requestSubscribeMessage({
    tmplIds,
    success: (said) => resolve(Object.fromEntries(tmplIds.map((id) => [id, said[id]]).filter(([, a]) => a))),
    fail: () => resolve({}),
  }))
}

function today() {
  const now = new Date()
  return `${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}`
}
