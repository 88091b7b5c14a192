// That somebody looked is told by their page, when they see it: whoever only follows the link, such
// as the preview in a chat, has not checked anything.

import { insist, newKey } from '../shared/api.js'

const TRIES = 3
const { code } = document.querySelector('[data-code]').dataset

function tellSeen() {
  if (document.visibilityState !== 'visible') return
  document.removeEventListener('visibilitychange', tellSeen)
  // unheard it is only missing from the log, and the licence has been shown all the same
  insist(`/verifications/${code}/check`, { key: newKey(), tries: TRIES, onLost() {} }).catch(() => {})
}

document.addEventListener('visibilitychange', tellSeen)
tellSeen()
