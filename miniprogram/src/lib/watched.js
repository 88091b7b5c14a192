// A number watched live while it still leads to a counter: by its holder, or by a relative.

import { onUnload } from '@dcloudio/uni-app'
import { computed, ref, watch } from 'vue'
import { get } from './api.js'
import { callsOf } from './called.js'
import { follow } from './live.js'
import { quiet, ring } from './ring.js'
import { LIVE } from './ticket.js'

/**
 * `ticket` and `show` are of `reading()`; `pathOf()` is where the API has it, known once the page is
 * loaded; `onChange(found)` hears of another state. Begin with `watchIt()` in `onLoad`.
 */
export function watched({ ticket, show }, pathOf, onChange = () => {}) {
  const isNews = callsOf()
  const line = ref('connecting')
  const ended = ref(false)
  const live = computed(() => LIVE.includes(ticket.value?.state))
  let stop = null

  function watchIt() {
    stop ??= follow(`${pathOf()}/events`, {
      onEvent: ({ data }) => shown(data),
      onState: (state) => { line.value = state },
      ask: () => get(pathOf()),
      onGone: () => { ended.value = true },
    })
  }

  function leaveIt() {
    stop?.()
    stop = null
  }

  /** What the hall says now. */
  function shown(found) {
    const before = ticket.value?.state
    if (isNews(found)) ring()
    show(found)
    if (found.state !== before) onChange(found)
  }

  /** What is over is not followed; the counter may take its end back. */
  watch(() => ticket.value?.state, (state) => state && (live.value ? watchIt() : leaveIt()))
  onUnload(() => {
    leaveIt()
    quiet()
  })
  return { line, ended, live, watchIt, shown }
}
