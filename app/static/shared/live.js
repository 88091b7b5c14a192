// Keeping a page true: the event stream rings, the page reads anew; without a stream it asks.
//
// The stream is read by fetch, not by EventSource: that can send a ticket's token, and it hears the
// heartbeats, so that a line that is silently dead is noticed. A hidden tab lets its stream go: a
// browser allows six connections to one server, and a demo has more pages open than that.

import { sleep } from './api.js'

const SILENT_MS = 25_000 // heartbeats come every 15 s
const ASK_EVERY_MS = 5_000

/**
 * Call `refresh` (async) now, whenever the stream at `url` tells of something, and every 5 s while
 * there is no stream; at most once in `gatherMs`. `onFresh(is)` hears whether it worked.
 */
export function keepLive({ url, token, refresh, onFresh, gatherMs = 500 }) {
  let streaming = false
  let reading = false
  let stale = true

  async function ring() {
    stale = true
    if (reading) return
    reading = true
    while (stale) {
      stale = false
      await refresh().then(() => onFresh(true), () => onFresh(false))
      await sleep(gatherMs)
    }
    reading = false
  }

  function heard() {
    streaming = true
    ring()
  }

  async function listening() {
    for (;;) {
      await shown()
      await listen(url, token, heard).catch(() => {}) // asking, below, tells how things are
      streaming = false
      ring()
      await sleep(1_000 + Math.random() * 2_000)
    }
  }

  setInterval(() => !streaming && !document.hidden && ring(), ASK_EVERY_MS)
  listening()
  ring()
  return ring
}

/** Read one stream to its end; `onEvent` for each event in it. Ends with an error, too. */
async function listen(url, token, onEvent) {
  const end = new AbortController()
  let silence
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => end.abort(), SILENT_MS)
  }
  const hidden = () => document.hidden && end.abort()
  document.addEventListener('visibilitychange', hidden)
  heard()
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : {}
    const response = await fetch(url, { headers, cache: 'no-store', signal: end.signal })
    if (!response.ok) throw new Error(`stream answered ${response.status}`)
    const lines = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = ''; ;) {
      const { value, done } = await lines.read()
      if (done) return
      heard()
      const whole = (rest + value).split('\n')
      rest = whole.pop()
      if (whole.some((line) => line.startsWith('data:'))) onEvent()
    }
  } finally {
    clearTimeout(silence)
    document.removeEventListener('visibilitychange', hidden)
  }
}

function shown() {
  if (!document.hidden) return Promise.resolve()
  return new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }))
}
