// A GET whose answer comes bit by bit and may never end.

/** Longer than any stream lives: whoever listens ends it when it falls silent. */
const NEVER_MS = 24 * 60 * 60_000

/**
 * Open it; the returned function ends it. `onChunk` hears bytes, of answers that say yes only; `onEnd`
 * hears the status when the answer is over, or 0 when it broke off.
 */
export const chunked = process.env.UNI_PLATFORM === 'h5' ? inBrowser : inWechat

// uni.request could do both, but in a browser it never tells that a stream broke off (uni-h5 5.14).
function inBrowser({ url, header, onChunk, onEnd }) {
  const controller = new AbortController()
  const read = async () => {
    const answer = await fetch(url, { headers: header, signal: controller.signal, cache: 'no-store' })
    const reader = answer.body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return answer.status
      if (answer.ok) onChunk(value)
    }
  }
  read().catch(() => 0).then(onEnd)
  return () => controller.abort()
}

function inWechat({ url, header, onChunk, onEnd }) {
  let refused = false
  const task = uni.request({
    url,
    header,
    enableChunked: true,
    timeout: NEVER_MS,
    success: ({ statusCode }) => onEnd(statusCode),
    fail: () => onEnd(0),
  })
  task.onHeadersReceived(({ statusCode }) => { refused = statusCode >= 400 })
  task.onChunkReceived(({ data }) => { if (!refused) onChunk(data) })
  return () => task.abort()
}
