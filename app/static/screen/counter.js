// The small screen above a counter: its number, or how the counter stands.

import { call } from '../shared/api.js'
import { byId, page, say } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepLive } from '../shared/live.js'
import { identity } from './news.js'
import { staleness } from './stale.js'

const LIT_MS = 20_000
const HELD = { called: _('请到本窗口办理'), serving: _('正在办理') }
const FREE = { open: _('欢迎光临'), paused: _('暂停服务'), closed: _('本窗口未开放') }

const hall = `/halls/${encodeURIComponent(page.hall)}`
const stale = staleness()
let lit = ''

async function refresh() {
  const counter = await call('GET', `${hall}/counters/${encodeURIComponent(page.no)}`)
  stale.heard(counter.server_time)
  document.body.dataset.state = counter.state ?? counter.status
  byId('number').style.setProperty('--ems', widthOf(counter.number ?? ''))
  say('number', counter.number ?? '')
  say('state', HELD[counter.state] ?? FREE[counter.status])
  light(counter)
}

/** How wide a number is at most, in ems: a W is wider than any figure. */
const widthOf = (number) => [...number].reduce((ems, sign) => ems + (/\d/.test(sign) ? 0.6 : 1), 0)

/** A call and each recall light the number up for a while. */
function light(counter) {
  if (counter.state !== 'called') return put('')
  const left = LIT_MS - (Date.parse(counter.server_time) - Date.parse(counter.last_at))
  const called = identity(counter)
  if (lit === called || left <= 0) return
  put(called)
  setTimeout(() => lit === called && put(''), left)
}

function put(called) {
  lit = called
  byId('number').classList.toggle('lit', Boolean(called))
}

keepLive({ url: `/api/v1${hall}/events`, refresh, onFresh: stale.isFresh })
