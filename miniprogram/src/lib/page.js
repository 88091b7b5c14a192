// What every page does: its title and the tabs in the reader's language; reading what it shows, with
// the four states of that (loading, nothing, fault, there).

import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import { ref, watch } from 'vue'
import { InWords } from './api.js'
import { language, t } from './i18n.js'

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
 * later reading fails: `error` says so beside it.
 */
export function reading(read) {
  const data = ref(null)
  const error = ref(null)
  const busy = ref(false)
  let nth = 0

  async function again() {
    const mine = nth += 1
    busy.value = true
    try {
      const found = await read()
      if (mine === nth) [data.value, error.value] = [found, null]
    } catch (failed) {
      if (mine === nth) error.value = told(failed)
    }
    if (mine === nth) busy.value = false
  }

  onShow(again)
  watch(language, again)
  onPullDownRefresh(async () => {
    await again()
    uni.stopPullDownRefresh()
  })
  return { data, error, busy, again }
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
  const say = () => done && uni.showToast({ title: done, icon: 'success' })
  if (back) uni.navigateBack({ success: say })
  else uni.switchTab({ url: '/pages/home/index', success: say })
}
