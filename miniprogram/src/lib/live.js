// Following something that changes: an event stream over a chunked request, the same on both
// sides, opened again when it breaks or falls silent; asking now and then where none comes through.

import { ApiError, address, authority, renewed, tokenNow } from './api.js'
import { chunked } from './chunked.js'
import { offline } from './line.js'
import { eventParser } from './stream.js'

/** The server says something every 15 s. */
const SILENCE_MS = 40_000
/** A stream that comes through says something at once; some proxies keep it to themselves. */
const PATIENCE_MS = 5_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const FAILURES_BEFORE_ASKING = 2
const ASK_MS = 10_000

/**
 * Follow the events of a path until the returned function is called.
 *
 * onEvent({event, id, data})  each of them, `data` parsed
 * onState(state)              'connecting', 'live', 'asking' (no stream: it is asked for), 'lost'
 * ask()                       gives one look at the present, while there is no stream: onEvent hears
 *                             it as `data` of the event 'asked'; may throw
 * onGone(error)               it is not there any more, or not ours: nothing more will come
 */
export function follow(path, { onEvent, onState = () => {}, ask, onGone = () => {} }) {
  let timer, silence, patience
  let abort = () => {}
  let asker = null
  let ended = false
  let lastId = ''
  let failures = 0
  let round = 0
  let state = ''

  function tell(now) {
    if (ended || now === state) return
    state = now
    onState(state)
  }

  function open() {
    const mine = round += 1
    const still = () => !ended && mine === round
    clearTimeout(timer)
    if (!failures) tell('connecting')

    const feed = eventParser(
      (event) => {
        if (!still()) return
        lastId = event.id || lastId
        onEvent({ ...event, data: JSON.parse(event.data) })
      },
      () => {
        if (!still()) return
        failures = 0
        offline.value = false
        clearTimeout(patience)
        stopAsking()
        tell('live')
        listenForSilence(mine)
      },
    )
    listenForSilence(mine)
    clearTimeout(patience)
    patience = setTimeout(askNowAndThen, PATIENCE_MS)
    abort = chunked({
      url: address(path),
      header: {
        Accept: 'text/event-stream',
        ...authority(tokenNow()),
        ...(lastId && { 'Last-Event-ID': lastId }),
      },
      onChunk: feed,
      onEnd: (status) => { if (still()) closed(status) },
    })
  }

  async function closed(status) {
    const mine = round += 1
    clearTimeout(silence)
    const again = status === 401 && await renewed()
    if (ended || mine !== round) return
    if (again) return open()
    const isOurs = status === 401 && tokenNow() // it could not be renewed now: no line, say
    if (!isOurs && status >= 400 && status < 500 && status !== 429) {
      stop()
      onGone(new ApiError(status, { code: 'gone', detail: '' }))
      return
    }
    failures += 1
    if (failures >= FAILURES_BEFORE_ASKING) askNowAndThen()
    clearTimeout(timer)
    timer = setTimeout(open, pauseAfter(failures))
  }

  function listenForSilence(mine) {
    clearTimeout(silence)
    silence = setTimeout(() => { if (mine === round) giveUp() }, SILENCE_MS)
  }

  function giveUp() {
    closed(0) // first, so that the end below is not taken for another
    abort()
  }

  async function askNowAndThen() {
    if (asker || ended) return
    if (!ask) return tell('lost')
    const mine = asker = {}
    while (mine === asker) {
      const [found, state] = await ask().then((found) => [found, 'asking'], () => [null, 'lost'])
      if (mine !== asker) return // a stream came through meanwhile, and knows better
      if (found) onEvent({ event: 'asked', id: '', data: found })
      if (mine === asker) tell(state)
      await new Promise((done) => setTimeout(done, ASK_MS))
    }
  }

  function stopAsking() {
    asker = null
  }

  /** The phone slept, and whatever looked open may be dead: begin again at once. */
  function wake() {
    if (ended) return
    round += 1
    abort()
    failures = 0
    open()
  }

  function sleep() {
    round += 1
    clearTimeout(timer)
    clearTimeout(silence)
    clearTimeout(patience)
    stopAsking()
    abort()
  }

  function stop() {
    ended = true
    sleep()
    uni.offAppShow(wake)
    uni.offAppHide(sleep)
  }

  uni.onAppShow(wake)
  uni.onAppHide(sleep)
  open()
  return stop
}

/** Milliseconds; not the same on every phone, since a server that comes back meets all of them. */
function pauseAfter(failures) {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
  return pause * (0.75 + Math.random() / 2)
}
