// The hall's clock on this phone. An answer sets it and it goes on by itself, so that a phone whose
// own clock is wrong counts down as the hall does.

import { onShow } from '@dcloudio/uni-app'
import { ref } from 'vue'
import { whileSeen } from './page.js'
import { instant } from './times.js'

const TICK_MS = 1_000

/** `{now, set}`: milliseconds, moving while the page is seen; null until `set(wire)` has told it. */
export function hallClock() {
  const now = ref(null)
  let ahead = null

  function set(wire) {
    ahead = instant(wire) - Date.now()
    tick()
  }

  function tick() {
    if (ahead !== null) now.value = Date.now() + ahead
  }

  onShow(tick)
  whileSeen(TICK_MS, tick)
  return { now, set }
}
