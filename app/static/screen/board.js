// The board: last calls, who is next and why, how many wait.

import { call } from '../shared/api.js'
import { byId, clockOf, el, fill, hallClock, inWords, page, say, show } from '../shared/dom.js'
import { keepLive } from '../shared/live.js'

const FRESH_CALL_S = 20
const STATES = { passed: '过号', finished: '办结', by_next: '办结', parked: '挂起', transferred: '转号' }

let last = ''
const setClock = hallClock((wall) => say('clock', inWords(wall)))

function shownCall(made, now) {
  const fresh = !made.ended_at && now - Date.parse(made.last_at) < FRESH_CALL_S * 1000
  return el('li', { class: [fresh && 'fresh', made.ended_at && 'ended'].filter(Boolean).join(' ') },
    el('strong', { class: 'number' }, made.number),
    el('span', { class: 'to' }, el('b', {}, made.now_at), ' 号窗口'),
    el('span', { class: 'why' }, made.by_hand ? made.why.text : made.why.place),
    el('span', { class: 'when' }, made.ended_at ? STATES[made.ended_as] ?? '' : clockOf(made.last_at)))
}

async function refresh() {
  const board = await call('GET', `/halls/${encodeURIComponent(page.hall)}/board`)
  const now = Date.parse(board.server_time)
  last = clockOf(board.server_time)
  setClock(board.server_time)
  fill('calls', board.calls.map((made) => shownCall(made, now)))
  trim('calls')
  show('no-calls', !board.calls.length)
  fill('next', board.next.map((ticket) => el('li', {},
    el('strong', { class: 'number' }, ticket.number),
    el('span', { class: 'why' }, ticket.why.text))))
  trim('next')
  show('no-next', !board.next.length)
  fill('lanes', board.lanes.map((lane) => el('li', { class: lane.waiting ? null : 'none' },
    el('span', {}, `${lane.lane} ${lane.name}`),
    el('b', {}, String(lane.waiting)))))
  say('message', board.message)
}

/** A line that does not fit on the wall is not shown at all. */
function trim(id) {
  const list = byId(id)
  const bottom = (place) => Math.floor(place.getBoundingClientRect().bottom)
  while (list.children.length > 1 && bottom(list.lastChild) > bottom(list)) list.lastChild.remove()
}

function onFresh(is) {
  show('stale', !is)
  if (is) return
  const words = last ? `以下是 ${last} 的情况` : '暂时没有叫号信息'
  say('stale', `屏幕与系统的连接中断，${words}，请以广播和窗口叫号为准。`)
}

byId('calls').setAttribute('aria-live', 'polite')
keepLive({ url: `/api/v1/halls/${encodeURIComponent(page.hall)}/events`, refresh, onFresh })
