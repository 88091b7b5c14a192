// Whether a ticket's news is a call that has not been heard yet.

/**
 * A function that takes each state of a ticket and says whether to ring: once for every time its
 * number is announced, and not for what was announced before the page was opened.
 */
export function callsOf() {
  let heard = null
  return ({ state, counter, nth }) => {
    const call = state === 'called' ? `${counter} ${nth}` : ''
    const isNew = heard !== null && call !== '' && call !== heard
    heard = call
    return isNew
  }
}
