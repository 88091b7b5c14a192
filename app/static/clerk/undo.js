// The last pass or finish can be taken back for a while: what it was, and the button that says so.

import { call } from '../shared/api.js'
import { el, fill, page, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepFocus } from './focus.js'
import { send } from './sending.js'

const TICK_MS = 500
const WORDS = {
  finished: (words) => _('撤销 %(number)s 办结（%(n)s 秒）', words),
  passed: (words) => _('撤销 %(number)s 过号（%(n)s 秒）', words),
  closed: (words) => _('撤销 %(number)s 过号（%(n)s 秒）', words), // by a third pass
  unknown: (words) => _('撤销 %(number)s 上一步（%(n)s 秒）', words),
}

let undoable = null // {id, number, state, until}
let shown = null

/** What was ended just now, by its `state` of now. */
export function remember({ id, number, state }) {
  if (!WORDS[state]) return
  undoable = { id, number, state, until: performance.now() + page.undo_s * 1000 }
  drawUndo() // at once: its key is pressed as soon as the deed is told
}

/** Calling another ended what was in hand; how is for the hall to choose. */
export async function rememberEnded(held) {
  if (!held) return
  const ended = await call('GET', `/tickets/${held.id}`).catch(() => ({ state: 'unknown' }))
  remember({ ...held, state: ended.state })
}

/** It went on in another way. */
export function forget(id) {
  if (undoable?.id === id) undoable = null
}

export function undo() {
  const { id, number } = undoable
  return send(_('撤销 %(number)s', { number }), `/tickets/${id}/undo`, {}, ({ state }) => {
    undoable = null
    return state === 'waiting'
      ? _('%(number)s 已撤销，排在本窗口等候。', { number })
      : _('%(number)s 已撤销，回到本窗口。', { number })
  })
}

function drawUndo() {
  const seconds = undoable ? Math.ceil((undoable.until - performance.now()) / 1000) : 0
  if (seconds <= 0) undoable = null
  const words = undoable && WORDS[undoable.state]({ number: undoable.number, n: seconds })
  if (words === shown) return
  shown = words
  keepFocus(() => {
    show('undo', Boolean(words))
    fill('undo', words ?? '', ' ', el('kbd', {}, 'U'))
  })
}

setInterval(drawUndo, TICK_MS)
