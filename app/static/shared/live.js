// Keeping a page true: the event stream rings, the page reads anew; without a stream it asks.
//
// The stream is read by fetch, not by EventSource: that can send a ticket's token, and it hears the
// heartbeats, so that a line that is silently dead is noticed. A hidden tab lets its stream go: a
// browser allows six connections to one server, and a demo has more pages open than that.

import { sleep } from './api.js'
import { upToDate } from './trouble.js'

const SILENT_MS = 25_000 // heartbeats come every 15 s
const ASK_EVERY_MS = 5_000
const BELIEVED_MS = 20_000 // a stream may stand while nothing behind it answers

/**
 * Call `refresh` (async) now, whenever the stream at `url` tells of something or the browser that
 * the line is gone or back, every 5 s while there is no stream or the last reading failed, and after
 * 20 s in any case; at most once in `gatherMs`. `onFresh(is, error)` hears whether it worked; `onResync`, before the reading
 * that follows, that a stream which stood before cannot tell what was missed. Gives a function that
 * reads anew.
 */
export function keepLive({ url, token, refresh, onFresh, onResync = () => {}, gatherMs = 500 }) {
  const stream = { url, token, lastId: '', onResync }
  let streaming = false
  let reading = false
  let fresh = false
  let stale = true
  let readAt = 0

  async function ring() {
    stale = true
    if (reading) return
    reading = true
    while (stale) {
      stale = false
      const error = await refresh().then(() => null, (thrown) => thrown)
      fresh = !error
      readAt = performance.now()
      if (fresh) upToDate()
      onFresh(fresh, error)
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
      await listen(stream, heard).catch(() => {}) // asking, below, tells how things are
      streaming = false
      ring()
      await sleep(1_000 + Math.random() * 2_000)
    }
  }

  // a browser that loses the line leaves a stream standing: what it knows, the page need not wait for
  for (const sign of ['offline', 'online']) addEventListener(sign, ring)
  const isBelieved = () => streaming && fresh && performance.now() - readAt < BELIEVED_MS
  setInterval(() => !isBelieved() && !document.hidden && ring(), ASK_EVERY_MS)
  listening()
  ring()
  return ring
}

/**
 * Read one stream to its end, from where it left off; `onNews` when it stands and for each event in
 * it. Ends with an error, too.
 */
async function listen(stream, onNews) {
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
    const headers = {
      ...(stream.token && { Authorization: `Bearer ${stream.token}` }),
      ...(stream.lastId && { 'Last-Event-ID': stream.lastId }),
    }
    const response = await fetch(stream.url, { headers, cache: 'no-store', signal: end.signal })
    if (!response.ok) throw new Error(`stream answered ${response.status}`)
    onNews() // nothing may have been missed, but the last reading may have failed
    const lines = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = ''; ;) {
      const { value, done } = await lines.read()
      if (done) return
      heard()
      const whole = (rest + value).split('\n')
      rest = whole.pop()
      if (stream.lastId && whole.includes('event: resync')) stream.onResync()
      const id = whole.findLast((line) => line.startsWith('id: '))
      if (id) stream.lastId = id.slice(4)
      if (whole.some((line) => line.startsWith('data: '))) onNews()
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
