// The hall's clock on this phone. An answer sets it and it goes on by itself, so that a phone whose
// own clock is wrong counts down as the hall does.

import { onHide, onUnload } from '@dcloudio/uni-app'
import { ref } from 'vue'
import { instant } from './times.js'

const TICK_MS = 1_000

/** `{now, set}`: milliseconds, moving while the page is seen; null until `set(wire)` has told it. */
export function hallClock() {
  const now = ref(null)
  let timer = null

  function set(wire) {
    const ahead = instant(wire) - Date.now()
    const tick = () => { now.value = Date.now() + ahead }
    stop()
    tick()
    timer = setInterval(tick, TICK_MS)
  }

  function stop() {
    clearInterval(timer)
  }

  onHide(stop)
  onUnload(stop)
  return { now, set }
}
