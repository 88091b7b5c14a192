// Server-sent events out of bytes (WHATWG HTML, 9.2.6), which may be cut anywhere, also inside a
// character: lines end at a byte that no character of several bytes contains.

const LF = 10
const CR = 13

/** A function to feed with chunks; hears each event as `{event, id, data}` and each sign of life. */
export function eventParser(onEvent, onLife = () => {}) {
  let line = []
  let event = fresh()
  let id = ''
  let afterCr = false

  function end() {
    const text = decoded(line)
    line = []
    if (text === '') {
      if (event.data.length) onEvent({ event: event.name, id, data: event.data.join('\n') })
      event = fresh()
      return
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(text)
    if (field === 'data') event.data.push(value)
    else if (field === 'event') event.name = value
    else if (field === 'id') id = value
  }

  return (chunk) => {
    for (const byte of new Uint8Array(chunk)) {
      if (byte === LF && afterCr) { afterCr = false; continue }
      afterCr = byte === CR
      if (byte === LF || byte === CR) end()
      else line.push(byte)
    }
    onLife()
  }
}

const fresh = () => ({ name: 'message', data: [] })

/** WeChat has no TextDecoder on every phone. */
function decoded(bytes) {
  return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
}
