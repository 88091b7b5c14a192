// The number somebody gets: on the page, and on paper.

import { byId, page, say, show, waitWords } from '../shared/dom.js'
import { itemOf } from './finding.js'
import { call, sleep } from '../shared/api.js'
import { _ } from '../shared/language.js'

const PASSED = 'passed'
const LOOK_EVERY_MS = 700
const LOOKS = 30
const OUT = ['printed', 'sent']
const TROUBLES = {
  no_paper: _('打印机没有纸了，请记住号码，或扫码留在手机上。'),
  cover_open: _('打印机的盖子开着，请记住号码，或扫码留在手机上。'),
}
let isPrinted = false
let shown = null // the ticket whose paper is looked after

/** Show a ticket under a title; `isArrival` tells by what it stands in line. */
export function showTicket(ticket, { title, isArrival }) {
  const names = ticket.items.map((code) => itemOf(code)?.name).filter(Boolean)
  const wait = waitWords(ticket.estimate)
  isPrinted = false
  shown = null
  say('paper-words', '')
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
  show('print', !page.printer || ticket.token !== null) // the machine's own asks for the token again
  show('rejoin', ticket.state === PASSED)
}

/** Onto paper by the machine's own printer, which was told with the number: how far it is. The
 * number stands on the page all the while, whatever becomes of the paper. */
export async function watchPaper(ticket) {
  shown = ticket
  isPrinted = true
  say('print', _('重打号票'))
  say('paper-words', _('正在打印号票……'))
  for (let look = 0; look < LOOKS && shown === ticket; look += 1) {
    await sleep(LOOK_EVERY_MS)
    const paper = await call('GET', `/kiosk/tickets/${ticket.id}/print`).catch(() => null)
    if (shown !== ticket) return
    if (paper) say('paper-words', paperWords(paper))
    if (paper && paper.state !== 'pending') return
  }
  say('paper-words', _('打印机没有应答，请记住号码，或扫码留在手机上。'))
}

function paperWords({ state, printer }) {
  if (OUT.includes(state)) return _('号票已打印，请取走。')
  if (state === 'unknown') return _('号票若没有打出来，请点“重打号票”，或记住号码。')
  if (!printer) return _('正在打印号票……')
  return TROUBLES[printer] ?? _('打印机没有应答，请记住号码，或扫码留在手机上。')
}

/** Onto paper; `again()` hears of each time after the first. */
export function print(again) {
  if (isPrinted || page.printer) again()
  isPrinted = true
  say('print', _('重打号票'))
  if (!page.printer) window.print()
}

function placeWords({ state, ahead, counter }) {
  if (state === PASSED) return _('叫号时没有人到窗口，请点“重新排队”。')
  if (ahead === null) return counter ? _('请到 %(counter)s 号窗口', { counter }) : ''
  return ahead ? _('前面还有 %(n)s 人', { n: ahead }) : _('您排在本队列最前面')
}
