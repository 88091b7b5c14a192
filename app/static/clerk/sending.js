// One request at a time; a click whose answer was lost is sent again under its key until it is
// answered, so it is done once. After each answer the server's picture is read.

import { call, insist, newKey } from '../shared/api.js'
import { byId, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { isSystem, upTo, upToDate } from '../shared/trouble.js'
import { regain } from './focus.js'
import { onLeaving, picture, refresh } from './picture.js'
import { enable } from './view.js'

const DOUBLE_CLICK_MS = 500 // the second click of two was not meant

const NO_ANSWER = _('没有得到答复，请以窗口现在的情况为准。')

let pending = null // the click being sent: {words, isLost, isGivenUp}
let sent = {} // the last click: {words, at}
let isFresh = false

export const isBusy = () => Boolean(pending)

/** Whether what is shown is what is. */
export const isPresent = () => isFresh

export function onFresh(is, error) {
  isFresh = is
  if (is) upToDate()
  const isLost = Boolean(pending?.isLost)
  show('offline', !is || isLost)
  show('give-up', isLost)
  const deed = isLost ? pending.words : ''
  if (isLost || !is) say('offline-words', isSystem(error) ? systemWords(deed) : lineWords(is, deed))
}

function lineWords(is, deed) {
  if (!deed) return _('网络不通，以下不是最新情况，正在重新连接。')
  return is
    ? _('“%(deed)s”还没有得到答复，正在重新发送，请不要重复操作。', { deed })
    : _('网络不通，以下不是最新情况。“%(deed)s”还没有得到答复，正在重新发送，请不要重复操作。', { deed })
}

function systemWords(deed) {
  const time = upTo()
  return deed
    ? _('大厅的系统没有应答，以下是 %(time)s 的情况。“%(deed)s”恢复后自动重新发送，请不要重复操作。', { time, deed })
    : _('大厅的系统没有应答，以下是 %(time)s 的情况，恢复后自动更新。请继续办理手上的业务。', { time })
}

/**
 * Send one click; what `done(answer, also)` (it may be async) makes of the answer is said, as are
 * refusals. `also(path, body)` sends what belongs to the same click. Gives why it was refused, if so.
 */
export function send(words, path, body, done) {
  return once(words, async (mine) => {
    const also = (to, what = {}) =>
      insist(to, { body: what, key: newKey(), onLost: () => lost(mine) })
    return done(await also(path, body), also)
  })
}

/** Set something that may be set twice. */
export const put = (words, path, body, done) =>
  once(words, async () => done(await call('PUT', path, { body })))

/**
 * Send what nobody clicked for: one try, under a key that is sent again only if the picture, read
 * anew, still asks for it. The answer; undefined where there was none, or a refusal.
 */
export async function sendUnasked(words, path, body, key, done) {
  let answer
  await once(words, async () => {
    try {
      answer = await call('POST', path, { body, key })
    } catch (error) {
      return error.message || NO_ANSWER
    }
    return done(answer)
  })
  return answer
}

async function once(words, deed) {
  const isDouble = words === sent.words && performance.now() - sent.at < DOUBLE_CLICK_MS
  if (pending || isDouble) return
  sent = { words, at: performance.now() }
  const mine = { words, isLost: false, isGivenUp: false }
  pending = mine
  tell(_('%(deed)s……', { deed: words }))
  enable(picture, true)
  let outcome, refusal
  try {
    const told = await deed(mine)
    outcome = () => tell(told)
  } catch (error) {
    refusal = error
    outcome = () => complain(error.message || NO_ANSWER)
  }
  mine.isLost = false
  await look()
  pending = null
  enable(picture, false)
  regain()
  outcome() // last: whoever reads it may press the next button
  return refusal
}

function lost(mine) {
  if (mine.isGivenUp) {
    throw new Error(_('已放弃“%(deed)s”，请以窗口现在的情况为准。', { deed: mine.words }))
  }
  mine.isLost = true
  look()
}

const look = () => refresh().then(() => onFresh(true), (error) => onFresh(false, error))

export const giveUp = () => { if (pending) pending.isGivenUp = true }

export function tell(words, isFault = false) {
  say('said', words)
  byId('said').classList.toggle('fault', isFault)
}

export const complain = (words) => tell(words, true)

onLeaving(complain)
