// The focus is kept: what is drawn anew or switched off gives it back, and arrows walk the rows.

import { byId } from '../shared/dom.js'

let last = null // where it was: an element, or {list, row, place, part} in rows that come and go
let isDrawing = false

const isOpen = () => Boolean(document.querySelector('dialog[open]'))
const rows = () => [...document.querySelectorAll('[data-row]')].filter((row) => row.offsetParent)
const isUsable = (element) =>
  element?.isConnected && !element.disabled && element.offsetParent !== null

addEventListener('focusin', ({ target }) => {
  if (!target.closest('dialog')) last = described(target)
})

addEventListener('focusout', ({ target, relatedTarget }) => {
  // Somebody clicked beside everything: then it stays nowhere. Else its element went away.
  const isMeant = !relatedTarget && !isDrawing && !isOpen() && isUsable(target)
  if (isMeant && document.hasFocus()) last = null
})

/** Draw, and put the focus where it was. */
export function keepFocus(draw) {
  isDrawing = true
  draw()
  isDrawing = false
  if (document.activeElement === document.body && last && !isOpen()) found(last)?.focus()
}

/** Give the focus back if it fell down: to where it was, else to what is most likely next. */
export function regain() {
  const { activeElement } = document
  if (isOpen() || (activeElement !== document.body && isUsable(activeElement))) return
  if (last) (found(last) ?? home()).focus()
}

/** To what is most likely pressed next. */
export const goHome = () => home().focus()

const home = () => document.querySelector('[data-action="next"]:enabled')
  ?? document.querySelector('[data-turn="open"]')

/** The row in which the focus is. */
export const rowInHand = () => document.activeElement.closest('[data-row]')

/** Up or down, through all that can be picked. */
export function walk(step) {
  const all = rows()
  const at = all.indexOf(rowInHand())
  const to = at < 0 && step < 0 ? all.length - 1 : at + step
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus()
}

/** To the first row of the list before or after. */
export function walkLists(step) {
  const lists = [...new Set(rows().map((row) => row.parentElement))]
  const at = lists.indexOf(rowInHand()?.parentElement)
  const to = at < 0 && step < 0 ? lists.length - 1 : at + step
  lists[Math.max(0, Math.min(lists.length - 1, to))]?.firstElementChild.focus()
}

function described(element) {
  const row = element.closest('[data-row]')
  if (!row) return { element }
  const list = row.parentElement
  const part = [...row.querySelectorAll('button')].indexOf(element)
  return { list: list.id, row: row.dataset.row, place: [...list.children].indexOf(row), part }
}

function found({ element, list, row, place, part }) {
  if (element) return isUsable(element) ? element : null
  const now = [...byId(list)?.children ?? []] // a list may be put away with its rows
  const same = now.find((each) => each.dataset.row === row)
  if (same) return [...same.querySelectorAll('button')].filter(isUsable)[part] ?? same
  return now[Math.min(place, now.length - 1)]
}
