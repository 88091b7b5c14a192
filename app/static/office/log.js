// What became of one number: found by number and day, or by the address on its paper.

import { complain, dayInWords, read, tell } from './office.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const secondsOf = (time) => time.slice(11, 19)

function query() {
  const typed = byId('number').value.trim()
  const token = typed.match(/\/t\/([^/?#]+)/)?.[1]
  return new URLSearchParams(token ? { token } : { number: typed, date: byId('day').value })
}

async function look() {
  const asked = query()
  tell('')
  show('log', false)
  try {
    draw(await read(`/staff/ticket-log?${asked}`))
    if (asked.has('number')) history.replaceState(null, '', `?${asked}`) // a token stays out of it
  } catch (error) {
    complain(error.message || _('网络不通，请稍候再试。'))
  }
}

function draw({ number, date, state_text, lane, lane_name: laneName, items, entries }) {
  say('title', `${number} · ${dayInWords(date)}`)
  say('facts', [state_text, `${lane} ${laneName}`, items.join(_('、'))].join(' · '))
  fill('entries', entries.map(row))
  show('log')
  byId('title').focus()
}

const row = ({ at, kind, text, note, why, who, due_at, due_was, due_why }) => el('tr', { 'data-kind': kind },
  el('td', { class: 'number' }, secondsOf(at)),
  el('td', {}, el('b', {}, text), note && el('p', {}, note), why && el('p', {}, why)),
  el('td', {}, who),
  dueCell(due_at, due_was),
  el('td', {}, due_why ?? ''))

/** The due time, behind the one before it, unless they differ by less than is shown. */
function dueCell(due, was) {
  const [now, before] = [due, was].map((time) => time && secondsOf(time))
  return el('td', { class: 'number' }, before && before !== now && el('s', {}, before), now)
}

byId('ask').addEventListener('submit', (event) => {
  event.preventDefault()
  look()
})
const given = new URLSearchParams(location.search)
if (given.has('number')) {
  byId('number').value = given.get('number')
  if (given.has('date')) byId('day').value = given.get('date')
  look()
}
