// Which part of the page is shown, and the way back to the start where nobody touches it any more.

import { _ } from '../shared/language.js'
import { byId, say, show } from '../shared/dom.js'
import { upTo, upToDate } from '../shared/trouble.js'

const SECTIONS = ['home', 'department', 'item', 'enter', 'working', 'twice', 'ticket', 'refused']
const IDLE_S = 60
const WARN_S = 20
export const TICKET_S = 20
export const REFUSED_S = 30
let section = 'home'
let whole = IDLE_S
let left = IDLE_S
let isAway = false
let isFresh = () => true

/** Whether one of these sections is shown. */
export const at = (...names) => names.includes(section)

/** Show a section, for so long after the last touch. */
export function go(to, seconds = IDLE_S) {
  section = to
  whole = left = to === 'working' ? Infinity : seconds
  document.body.dataset.section = to
  draw()
  byId(to).closest('main').scrollTo(0, 0)
  scrollTo(0, 0)
}

/** Nobody answers: the first page has nothing to offer until somebody does. */
export function setAway(is) {
  if (is && !isAway) say('away-since', _('%(time)s 起没有应答。', { time: upTo() }))
  if (!is) upToDate()
  isAway = is
  draw()
}

/** Somebody is there. */
export function touch() {
  left = whole
  draw()
}

/** Count down to `leave()`; the first page stays while `fresh()` says that nobody has begun. */
export function watchIdle(fresh, leave) {
  isFresh = fresh
  setInterval(() => {
    left = section === 'home' && isFresh() ? whole : left - 1
    draw()
    if (left <= 0) leave()
  }, 1000)
}

function draw() {
  for (const id of SECTIONS) show(id, id === section && !(id === 'home' && isAway))
  show('away', isAway)
  show('back', section === 'home' ? !isFresh() : section !== 'working')
  say('seconds', left <= WARN_S ? _('（%(left)s 秒）', { left }) : '')
}
