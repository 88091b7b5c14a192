// A screen that hears nothing says so, and since when.

import { clockOf, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const MINUTE_MS = 60_000

/** Keeps the line `stale`: tell it each `heard` time of the server, and whether the page `isFresh`. */
export function staleness() {
  let shown = ''
  let heardAt = 0

  return {
    heard(serverTime) {
      shown = clockOf(serverTime)
      heardAt = performance.now()
    },
    isFresh(is) {
      show('stale', !is)
      if (!is) say('stale', words(shown, Math.floor((performance.now() - heardAt) / MINUTE_MS)))
    },
  }
}

function words(time, minutes) {
  if (!time) return _('屏幕与系统的连接中断，暂时没有叫号信息，请留意窗口工作人员叫号。')
  if (!minutes) return _('屏幕与系统的连接中断，以下是 %(time)s 的情况，请留意窗口工作人员叫号。', { time })
  return _('屏幕与系统的连接中断 %(minutes)s 分钟，以下是 %(time)s 的情况，请留意窗口工作人员叫号。', { minutes, time })
}
