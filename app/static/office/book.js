// Booking for somebody on the telephone or at the desk: item, time, person, one press.

import { complain, dayAfter, dayInWords, drawTimes, itemsOf, nameOf, read, send, tell, timesOn, whenOf } from './office.js'
import { grouped } from '../shared/codes.js'
import { byId, clockOf, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const FOUND_AT_MOST = 8
const form = byId('booking')
let chosen = [] // items, all of one lane: one visit

/** Items by words, codes or pinyin, as the machine finds them; of two answers the later question's. */
async function search() {
  const q = byId('search').value.trim()
  const found = q ? await find(q).catch(() => null) : []
  if (q !== byId('search').value.trim()) return
  if (!found) return complain(_('网络不通，请稍候再试。'))
  const fitting = found.filter((item) => item.bookable && goesWith(item))
  fill('found', fitting.slice(0, FOUND_AT_MOST).map((item) => el('li', {},
    el('button', { type: 'button', onclick: () => choose([...chosen, item]) },
      el('b', {}, item.name),
      el('span', {}, factsOf(item))))))
  show('nothing', q !== '' && !fitting.length)
}

const find = (q) => read(`/halls/${encodeURIComponent(page.hall)}/items?${new URLSearchParams({ q })}`)

const factsOf = ({ department, lane, minutes: n }) => _('%(department)s · %(lane)s · 约 %(n)s 分钟', {
  department, lane: `${lane} ${page.lanes[lane]}`, n,
})

const goesWith = (item) => chosen.every(({ lane, code }) => lane === item.lane && code !== item.code)

function choose(wanted) {
  chosen = wanted
  fill('chosen', chosen.map((item) => el('li', {}, item.name,
    el('button', {
      type: 'button',
      'aria-label': _('不办%(item)s', { item: item.name }),
      onclick: () => choose(chosen.filter((other) => other !== item)),
    }, '×'))))
  byId('search').value = ''
  byId('search').placeholder = chosen.length
    ? _('还要一并办理的事（同一业务队列），可不填')
    : _('输入要办的事，如：身份证、社保、公积金')
  search()
  offerTimes()
}

const codes = () => chosen.map(({ code }) => code)

function offerTimes() {
  const date = byId('day').value
  if (!chosen.length) return fill('times', el('p', { class: 'quiet' }, _('先选事项。')))
  if (!date) return fill('times')
  return drawTimes('times', codes(), date)
}

async function toEarliest() {
  if (!chosen.length) return complain(_('请先选事项。'))
  tell(_('正在查找……'))
  const before = byId('day').value
  for (let date = page.today; date <= page.last; date = dayAfter(date, 1)) {
    const times = await timesOn(codes(), date).catch(() => null)
    if (!times) return complain(_('网络不通，请稍候再试。'))
    if (!times.length) continue
    tell('')
    if (byId('day').value !== before) return null // somebody chose a day meanwhile
    byId('day').value = date
    return offerTimes()
  }
  return complain(_('到%(day)s为止都已约满。', { day: dayInWords(page.last) }))
}

async function book(event) {
  event.preventDefault()
  const { slot, name, number, kind, phone } = Object.fromEntries(new FormData(form))
  if (!chosen.length) return complain(_('请选择事项。'))
  if (!slot) return complain(_('请选择时段。'))
  const booking = await send('/staff/appointments', {
    slot,
    items: codes(),
    name: name.trim(),
    [kind]: number.replaceAll(/\s/g, ''),
    ...(phone.trim() && { phone: phone.trim() }),
  })
  if (booking) celebrate(booking)
  else offerTimes() // a place may have gone meanwhile
}

function celebrate(booking) {
  say('done-code', grouped(booking.code))
  say('done-words', _('%(when)s，办理%(items)s。', { when: whenOf(booking), items: itemsOf(booking) }))
  say('done-more', _('办事人 %(name)s。当天 %(time)s 起，请到大厅取号机输入预约码或身份证号码签到取号。', {
    name: nameOf(booking), time: clockOf(booking.check_in_opens_at),
  }))
  say('done-warning', booking.warning ?? '')
  show('done-warning', booking.warning !== null)
  show('booking', false)
  show('done')
  byId('done-title').focus()
}

function again() {
  form.reset()
  choose([])
  show('done', false)
  show('booking')
  byId('search').focus()
}

byId('search').addEventListener('input', search)
byId('search').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  event.preventDefault() // chooses, does not book
  byId('found').querySelector('button')?.click()
})
byId('day').addEventListener('change', offerTimes)
byId('earliest').addEventListener('click', toEarliest)
byId('again').addEventListener('click', again)
form.addEventListener('submit', book)
