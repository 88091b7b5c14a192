// What is tapped on the screen goes into the field that has the focus, as if it had been typed.

const NUMERIC = ['number', 'tel']

/** Whether this is something to type in. */
export const isField = (element) => element?.matches?.('input, textarea') && !element.readOnly && !element.disabled

export const isNumeric = (field) => NUMERIC.includes(field.type) || ['numeric', 'decimal', 'tel'].includes(field.inputMode)

/** Whether digits come first: numbers, and what is written mostly with them (`data-keys="digits"`). */
export const isOfDigits = (field) => isNumeric(field) || field.closest('[data-keys="digits"]') !== null

/** What a field is called, as whoever cannot see hears it. */
export const titleOf = (field) => field.closest('[aria-label]')?.getAttribute('aria-label') ?? ''

/**
 * A pen for one field: `write(text)`, `erase()`, `clear()`, and `text()`, which is what stands there.
 * A browser shows nothing of a number that is not whole yet (`12.`), so the pen remembers it.
 */
export function penOf(field) {
  const isNumber = field.type === 'number'
  let begun = field.value

  function set(text, at) {
    begun = text
    if (isNumber && text !== '' && !/^-?\d+(\.\d+)?$/.test(text)) return
    field.value = text
    if (!isNumber) field.setSelectionRange(at, at)
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }

  const place = () => (isNumber ? [begun.length, begun.length] : [field.selectionStart, field.selectionEnd])
  const now = () => (isNumber ? begun : field.value)

  return {
    text: now,
    write(text) {
      const [from, to] = place()
      const before = now()
      const room = field.maxLength > 0 ? field.maxLength - (before.length - (to - from)) : Infinity
      const fits = [...text].slice(0, room).join('')
      set(before.slice(0, from) + fits + before.slice(to), from + fits.length)
    },
    erase() {
      const [from, to] = place()
      const start = from === to ? Math.max(0, from - 1) : from
      const before = now()
      set(before.slice(0, start) + before.slice(to), start)
    },
    clear: () => set('', 0),
  }
}
