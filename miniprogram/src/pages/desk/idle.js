// Whether anybody still stands at the desk. Pure: seconds are counted by whoever asks.

const IDLE_S = 60
const WARN_S = 20
const AFTER_S = 30

/** Seconds untouched -> 'here'; {left}: how long until all is wiped; or 'gone'. Who holds a number in
 * hand is asked nothing. */
export function presence(untouched, isDone) {
  if (isDone) return untouched < AFTER_S ? 'here' : 'gone'
  if (untouched < IDLE_S) return 'here'
  const left = IDLE_S + WARN_S - untouched
  return left > 0 ? { left } : 'gone'
}
