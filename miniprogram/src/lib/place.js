// Where the phone is, roughly: enough to put the nearest hall first. Asked in a tap only.

import { InWords } from './api.js'
import { t } from './i18n.js'

/** `{latitude, longitude}`; throws with words when the person or the phone will not say. */
export function whereAmI() {
  const ask = process.env.UNI_PLATFORM === 'mp-weixin' ? uni.getFuzzyLocation : uni.getLocation
  return new Promise((resolve, reject) => ask({
    type: process.env.UNI_PLATFORM === 'mp-weixin' ? 'gcj02' : 'wgs84',
    success: ({ latitude, longitude }) => resolve({ latitude, longitude }),
    fail: () => reject(new InWords(t('没有得到位置，大厅未按远近排列。'))),
  }))
}
