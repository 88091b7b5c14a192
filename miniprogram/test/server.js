// A server that answers `uni.request` as told, one answer after the other, and keeps what was asked.

import { vi } from 'vitest'

/** An answer: status and body, or 'cut' (it got there, no answer came back), or 'timeout'. */
export function answering(...answers) {
  const asked = []
  uni.request = vi.fn((request) => {
    const { pathname, search } = new URL(request.url, 'http://hall')
    asked.push({ ...request, path: pathname.replace('/api/v1', '') + search, key: request.header['Idempotency-Key'] })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === 'cut') request.fail({ errMsg: 'request:fail' })
    else if (answer === 'timeout') request.fail({ errMsg: 'request:fail timeout' })
    else request.success({ statusCode: answer[0], data: answer[1] ?? '' })
  })
  return asked
}

export const problem = (status, code) => [status, { code, detail: `detail of ${code}` }]

/** A server of streams: each request stays open until `end`; `send` gives it text, cut into single bytes. */
export function streaming() {
  const opened = []
  uni.request = vi.fn((request) => {
    const hear = {}
    const stream = {
      header: request.header,
      aborted: false,
      start: (statusCode = 200) => hear.headers?.({ statusCode }),
      send: (text) => { for (const byte of new TextEncoder().encode(text)) hear.chunk({ data: Uint8Array.of(byte).buffer }) },
      end: (statusCode = 200) => request.success({ statusCode }),
      cut: () => request.fail({ errMsg: 'request:fail' }),
    }
    opened.push(stream)
    return {
      onHeadersReceived: (heard) => { hear.headers = heard },
      onChunkReceived: (heard) => { hear.chunk = heard },
      abort: () => { stream.aborted = true; request.fail({ errMsg: 'request:fail abort' }) },
    }
  })
  return opened
}
