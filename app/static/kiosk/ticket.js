// The number somebody gets: on the page, and on paper.

import { byId, page, say, show, waitWords } from '../shared/dom.js'
import { itemOf } from './finding.js'
import { _ } from '../shared/language.js'

const PASSED = 'passed'
let isPrinted = false

/** Show a ticket under a title; `isArrival` tells by what it stands in line. */
export function showTicket(ticket, { title, isArrival }) {
  const names = ticket.items.map((code) => itemOf(code)?.name).filter(Boolean)
  const wait = waitWords(ticket.estimate)
  isPrinted = false
  say('ticket-title', title)
  say('ticket-number', ticket.number)
  say('ticket-lane', `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`)
  say('ticket-item', names.join('、'))
  say('ticket-ahead', placeWords(ticket))
  say('ticket-wait', wait && _('预计等候%(wait)s', { wait }))
  say('ticket-why', isArrival ? ticket.why.text : '')
  show('ticket-qr', ticket.token !== null) // a number from afar has its page on a phone already
  show('ticket-scan', ticket.token !== null)
  if (ticket.token) byId('ticket-qr').src = `/t/${encodeURIComponent(ticket.token)}/qr.svg`
  say('ticket-printed', byId('clock').textContent)
  say('print', _('打印号票'))
  show('rejoin', ticket.state === PASSED)
}

/** Onto paper; `again()` hears of each time after the first. */
export function print(again) {
  if (isPrinted) again()
  isPrinted = true
  say('print', _('重打号票'))
  window.print()
}

function placeWords({ state, ahead, counter }) {
  if (state === PASSED) return _('叫号时没有人到窗口，请点“重新排队”。')
  if (ahead === null) return counter ? _('请到 %(counter)s 号窗口', { counter }) : ''
  return ahead ? _('前面还有 %(n)s 人', { n: ahead }) : _('您排在本队列最前面')
}
