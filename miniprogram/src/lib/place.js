// Where the phone is: to put the nearest hall first, and to check in on site. Asked in a tap only.

import { InWords } from './api.js'

const TYPE = process.env.UNI_PLATFORM === 'mp-weixin' ? 'gcj02' : 'wgs84'

/**
 * `{latitude, longitude}`; throws `otherwise` when the person or the phone will not say. WeChat lets
 * an app declare either the rough place or the exact one, and the rough one is no proof of having
 * come.
 */
export function whereAmI(otherwise) {
  return new Promise((resolve, reject) => uni.getLocation({
    type: TYPE,
    success: ({ latitude, longitude }) => resolve({ latitude, longitude }),
    fail: () => reject(new InWords(otherwise)),
  }))
}
