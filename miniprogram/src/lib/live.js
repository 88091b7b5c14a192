// Following something that changes: an event stream over a chunked request, the same on both
// sides, opened again when it breaks or falls silent; asking now and then where none comes through.

import { ApiError, address, authority, renewed, tokenNow } from './api.js'
import { eventParser } from './stream.js'

/** The server says something every 15 s. */
const SILENCE_MS = 40_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const FAILURES_BEFORE_ASKING = 2
const ASK_MS = 10_000
/** Longer than any stream lives: silence is what ends one. */
const NEVER_MS = 24 * 60 * 60_000

/**
 * Follow the events of a path until the returned function is called.
 *
 * onEvent({event, id, data})  each of them, `data` parsed
 * onState(state)              'connecting', 'live', 'asking' (no stream: it is asked for), 'lost'
 * ask()                       one look at the present, while there is no stream; may throw
 * onGone(error)               it is not there any more, or not ours: nothing more will come
 */
export function follow(path, { onEvent, onState = () => {}, ask, onGone = () => {} }) {
  let task, timer, silence, asking
  let ended = false
  let lastId = ''
  let failures = 0
  let round = 0

  function open() {
    const mine = round += 1
    const still = () => !ended && mine === round
    const told = (state) => { if (still()) onState(state) }
    clearTimeout(timer)
    if (!failures) told('connecting')

    const feed = eventParser(
      (event) => {
        if (!still()) return
        lastId = event.id || lastId
        onEvent({ ...event, data: JSON.parse(event.data) })
      },
      () => {
        if (!still()) return
        failures = 0
        stopAsking()
        told('live')
        listenForSilence(mine)
      },
    )
    listenForSilence(mine)
    task = uni.request({
      url: address(path),
      enableChunked: true,
      responseType: 'arraybuffer',
      timeout: NEVER_MS,
      header: {
        Accept: 'text/event-stream',
        ...authority(tokenNow()),
        ...(lastId && { 'Last-Event-ID': lastId }),
      },
      success: ({ statusCode }) => { if (still()) closed(statusCode) },
      fail: () => { if (still()) closed(0) },
      complete: () => {},
    })
    let refused = false
    task.onHeadersReceived?.(({ statusCode }) => { refused = statusCode >= 400 })
    task.onChunkReceived(({ data }) => { if (!refused) feed(data) })
  }

  async function closed(status) {
    round += 1
    clearTimeout(silence)
    if (status === 401 && await renewed()) return ended || open()
    if (ended) return
    if (status >= 400 && status < 500 && status !== 429) {
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
    silence = setTimeout(() => { if (mine === round) { task?.abort(); closed(0) } }, SILENCE_MS)
  }

  async function askNowAndThen() {
    if (asking || !ask || ended) return
    asking = true
    while (asking && !ended) {
      try {
        await ask()
        if (asking && !ended) onState('asking')
      } catch (error) {
        if (asking && !ended) onState('lost')
      }
      await new Promise((done) => setTimeout(done, ASK_MS))
    }
  }

  function stopAsking() {
    asking = false
  }

  /** The phone slept, and whatever looked open may be dead: begin again at once. */
  function wake() {
    if (ended) return
    round += 1
    task?.abort()
    failures = 0
    open()
  }

  function sleep() {
    round += 1
    clearTimeout(timer)
    clearTimeout(silence)
    stopAsking()
    task?.abort()
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
