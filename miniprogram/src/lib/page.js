// What every page does: its title and the tabs in the reader's language; reading what it shows, with
// the four states of that (loading, nothing, fault, there).

import { onHide, onPullDownRefresh, onShow, onUnload } from '@dcloudio/uni-app'
import { ref, watch } from 'vue'
import { InWords } from './api.js'
import { language, t } from './i18n.js'
import { session } from './session.js'

const SIGNED_OUT = 401
const AWAY = 503
const ASK_AGAIN_MS = 10_000 // the hall's system comes back by itself, and so does the page

/** Title the page; `title` is a function, so that it follows the language. */
export function titled(title) {
  const say = () => {
    uni.setNavigationBarTitle({ title: title() })
    const tabs = [t('首页'), t('预约'), t('消息'), t('我的')]
    tabs.forEach((text, index) => uni.setTabBarItem({ index, text, fail: () => {} }))
  }
  onShow(say)
  watch(language, say)
}

/**
 * Read something each time the page is shown or pulled down. `data` keeps what was there when a
 * later reading fails: `error` says so beside it. Nobody sees what was read for another account.
 *
 * show(found)   has live news shown, which is newer than the answer to whatever was asked before it
 * besides(data) is called after each reading with what is shown, for what belongs to it besides
 */
export function reading(read, besides = () => {}) {
  const data = ref(null)
  const error = ref(null)
  const busy = ref(false)
  let nth = 0
  let news = 0

  async function again() {
    const mine = nth += 1
    const before = news
    busy.value = true
    const [found, failed] = await read().then((found) => [found], (failed) => [null, told(failed)])
    if (mine !== nth) return
    busy.value = false
    if (before === news) {
      error.value = failed ?? null
      if (!failed) data.value = found
      else if (failed.status === SIGNED_OUT) data.value = null
    }
    if (!failed) besides(data.value)
  }

  function show(found) {
    news += 1
    data.value = found
    error.value = null
  }

  watch(() => session.citizen?.id, (_, before) => {
    if (!before) return
    nth += 1
    busy.value = false
    data.value = null
  })
  onShow(again)
  whileSeen(ASK_AGAIN_MS, () => error.value?.status === AWAY && !busy.value && again())
  watch(language, again)
  onPullDownRefresh(async () => {
    await again()
    uni.stopPullDownRefresh()
  })
  return { data, error, busy, again, show }
}

/** Do something every so many milliseconds while the page is seen. */
export function whileSeen(everyMs, deed) {
  let timer = null
  const stop = () => clearInterval(timer)
  onShow(() => {
    stop()
    timer = setInterval(deed, everyMs)
  })
  onHide(stop)
  onUnload(stop)
}

/** Tell what went wrong, briefly. */
export function complain(error) {
  uni.showToast({ title: told(error).message, icon: 'none', duration: 4000 })
}

/** Of an error what people and components may be told: plain values, and no words of ours. */
function told(error) {
  if (error instanceof InWords) {
    const { code, message, status, isOffline } = error
    return { code, message, status, isOffline }
  }
  console.error(error)
  return { code: 'page', message: t('页面出了问题，请稍候再试。') }
}

/** Back to where one came from, or home; with a word of what was done. */
export function leave(done = '') {
  const back = getCurrentPages().length > 1
  const isSaid = done && typeof done === 'string' // as a handler it is given the tap
  const say = () => isSaid && uni.showToast({ title: done, icon: 'success' })
  if (back) uni.navigateBack({ success: say })
  else uni.switchTab({ url: '/pages/home/index', success: say })
}
