// Who is signed in on this phone. WeChat says it by itself; in a demo, whoever types a name.

import { reactive } from 'vue'
import { InWords, asCitizen, del, get, plainly, put } from './api.js'
import { kept } from './kept.js'
import { language, t } from './i18n.js'

const WECHAT = process.env.UNI_PLATFORM === 'mp-weixin'

/** `citizen` is what GET /me says; null: nobody is signed in. */
export const session = reactive({ token: null, citizen: null, ...kept.get('session') })

asCitizen({ token: () => session.token, renew })

/**
 * How people sign in here: 'wechat', 'name' (a demo: any name will do), or 'elsewhere' (a browser
 * beside a real mini-program, which can show everything that needs no account).
 */
export async function wayIn() {
  const { sandbox } = await get('/client')
  if (sandbox) return 'name'
  return WECHAT ? 'wechat' : 'elsewhere'
}

/** Sign in: by WeChat, or in a demo by this name. */
export async function signIn(name) {
  const code = name ? `sandbox:${name.replace(/\s+/g, '')}` : await wechatCode()
  remember(await plainly('POST', '/session', { body: { code } }), name)
}

export async function signOut() {
  try {
    await del('/session')
  } catch { /* the token ends by itself */ }
  forget()
}

/** Read anew what the account is. */
export async function reread() {
  if (!session.token) return
  session.citizen = await get('/me')
  keep()
}

/** True when signed in; else the sign-in page opens, which comes back here. */
export function signedInOrAsk() {
  if (session.token) return true
  uni.navigateTo({ url: '/pages/signin/index' })
  return false
}

// Several requests find the token expired at the same moment: they share one renewal.
let renewing = null

/** A token that has expired is replaced, without asking anybody. False where that cannot be. */
export function renew() {
  renewing ??= signInAgain().finally(() => { renewing = null })
  return renewing
}

async function signInAgain() {
  const { name } = session
  try {
    if (!name && !WECHAT) return forget()
    await signIn(name)
    return true
  } catch (error) {
    if (!error.isOpen) forget() // no line is no reason to sign anybody out
    return false
  }
}

function wechatCode() {
  return new Promise((resolve, reject) => uni.login({
    success: ({ code }) => resolve(code),
    fail: () => reject(new InWords(t('微信登录没有成功，请稍候再试。'))),
  }))
}

function remember({ token, citizen }, name = null) {
  Object.assign(session, { token, citizen, name })
  keep()
  // chosen while nobody was signed in; messages are sent in the language the pages are read in
  if (citizen.language !== language.value) put('/me/language', { language: language.value }).catch(() => {})
}

/** Nobody is signed in on this phone any more. */
export function forget() {
  Object.assign(session, { token: null, citizen: null, name: null })
  for (const name of ['session', 'unsaved']) kept.drop(name)
  return false
}

function keep() {
  const { token, citizen, name } = session
  kept.set('session', { token, citizen, name })
}
