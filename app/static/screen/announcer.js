// One call after the other: what is announced together is heard and shown in turn.

import { identity } from './news.js'

/**
 * Announces calls in the order they are added; `utter(made)` (async) ends when one has been heard.
 * What `isYoung(made)` no longer holds for when its turn comes is passed over: a hall that calls
 * faster than anybody can speak is never far behind. `onTurn` hears whenever the turn passes.
 */
export function announcer({ utter, isYoung, onTurn }) {
  const queue = []

  async function run() {
    while (queue.length) {
      if (isYoung(queue[0])) {
        onTurn()
        await utter(queue[0]).catch(() => {}) // a voice that fails must not silence the others
      }
      queue.shift()
    }
    onTurn()
  }

  return {
    add(made) {
      queue.push(made)
      if (queue.length === 1) run()
    },
    /** The call whose turn it is, if any. */
    current: () => queue[0] ?? null,
    /** Whether this call is being announced or is yet to be. */
    has: (made) => queue.some((one) => identity(one) === identity(made)),
  }
}
