// The desk's room, which scrolls between its bars.

import { nextTick } from 'vue'

/** What is shown now is seen from its beginning. */
export const toTop = () => nextTick(() => document.querySelector('.desk .room')?.scrollTo(0, 0))
