// The board: who is called, the last calls, who is next and why, how many wait and how long.

import { call } from '../shared/api.js'
import { byId, clockOf, el, fill, hallClock, inWords, page, say, show, waitWords } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepLive } from '../shared/live.js'
import { announcer } from './announcer.js'
import { newsroom } from './news.js'
import { showOnly, speaker } from './speech.js'
import { staleness } from './stale.js'

const LANES_IN_A_COLUMN = 12
const WAITS_EVERY_MS = 15_000
const ENDINGS = {
  passed: _('已过号'),
  finished: _('已办结'),
  by_next: _('已办结'),
  parked: _('已挂起'),
  transferred: _('已转号'),
}

const hall = `/halls/${encodeURIComponent(page.hall)}`
const zone = new URLSearchParams(page.zone)
const setClock = hallClock((wall) => say('clock', inWords(wall)))
const news = newsroom()
const stale = staleness()
const announcements = announcer({
  utter: page.speaks ? speaker((is) => show('sound', is)) : showOnly,
  isYoung: news.isYoung,
  onTurn: drawCalls,
})

let calls = []
let waits = {}
let waitsAt = -Infinity

async function refresh() {
  const [board] = await Promise.all([call('GET', `${hall}/board?${zone}`), refreshWaits()])
  stale.heard(board.server_time)
  setClock(board.server_time)
  calls = board.calls
  news.look(calls, board.server_time).forEach(announcements.add)
  drawCalls()
  drawNext(board.next)
  drawLanes(board.lanes)
  say('message', board.message)
  ;['lanes', 'next', 'calls'].forEach(trim)
}

/** A wall without expected waits is still a wall; those of before a break are better than none. */
async function refreshWaits() {
  if (performance.now() - waitsAt < WAITS_EVERY_MS) return
  const told = await call('GET', `${hall}/waits`).catch(() => null)
  if (!told) return
  waitsAt = performance.now()
  waits = Object.fromEntries(told.lanes.map(({ lane, estimate }) => [lane, waitWords(estimate)]))
}

function drawCalls() {
  const now = announcements.current() ?? calls[0]
  byId('now').classList.toggle('lit', announcements.current() !== null)
  byId('now').classList.toggle('long', now?.number.length > 5)
  say('now-number', now?.number ?? '')
  say('now-to', now ? _('%(counter)s 号窗口', { counter: now.now_at }) : '')
  show('now', Boolean(now))
  show('no-calls', !now)
  fill('calls', calls.map(callLine))
  trim('calls')
}

function callLine(made) {
  const state = [announcements.has(made) && 'lit', made.ended_at && 'ended'].filter(Boolean)
  return el('li', { class: state.join(' ') },
    el('strong', { class: 'number' }, made.number),
    el('span', { class: 'to' }, _('%(counter)s 号窗口', { counter: made.now_at })),
    el('span', { class: 'why' }, made.by_hand ? made.why.text : made.why.place),
    el('span', { class: 'when' }, made.ended_at ? ENDINGS[made.ended_as] ?? '' : clockOf(made.last_at)))
}

function drawNext(next) {
  fill('next', next.map((ticket) => el('li', {},
    el('strong', { class: 'number' }, ticket.number),
    el('span', { class: 'why' }, ticket.why.text))))
  show('no-next', !next.length)
}

function drawLanes(lanes) {
  byId('lanes').classList.toggle('many', lanes.length > LANES_IN_A_COLUMN)
  fill('lanes', lanes.map((lane) => el('li', { class: lane.waiting ? null : 'none' },
    el('span', { class: 'lane' }, `${lane.lane} ${lane.name}`),
    el('span', { class: 'wait' }, waits[lane.lane] ?? ''),
    el('b', {}, _('%(n)s 人', { n: lane.waiting })))))
}

/** A line that does not fit on the wall is not shown at all. */
function trim(id) {
  const list = byId(id)
  const bottom = (place) => Math.floor(place.getBoundingClientRect().bottom)
  while (list.children.length > 1 && bottom(list.lastChild) > bottom(list)) list.lastChild.remove()
}

const lookAgain = keepLive({
  url: `/api/v1${hall}/events`,
  refresh,
  onFresh(is) {
    stale.isFresh(is)
    if (!is) news.missed()
  },
  onResync: news.forget,
})
document.fonts.ready.then(lookAgain) // another font, another number of lines on the wall
