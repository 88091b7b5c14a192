// Numbers that were given on paper while the machines were away: typed row by row, each sent as
// soon as Enter is pressed, so that the next can be typed meanwhile.

import { call, insist, newKey } from '../shared/api.js'
import { byId, el, fill, page, say } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const NUMBER = /^([A-Z]{1,3})(\d{3,5})$/
const form = byId('row')
const field = (name) => form.elements.namedItem(name)

const lettersOf = (number) => NUMBER.exec(number)?.[1] ?? ''
const tidy = (number) => number.replaceAll(/[\s-]/g, '').toUpperCase()

/** The items that a number's letters leave; all of them while there are none. */
function itemsOf(letters) {
  const own = page.items.filter(({ lane }) => lane === letters)
  return own.length ? own : page.items
}

function suggest() {
  const own = itemsOf(lettersOf(tidy(field('number').value)))
  fill('items', own.map(({ name }) => el('option', { value: name })))
}

/** 941, 0941 and 9：41 are 09:41. */
function clock(text) {
  const digits = text.replaceAll(/\D/g, '').padStart(4, '0')
  return `${digits.slice(0, 2)}:${digits.slice(2)}`
}

function enter(event) {
  event.preventDefault()
  const given = Object.fromEntries(new FormData(form))
  const row = { ...given, number: tidy(given.number), written_at: clock(given.written_at), served: 'served' in given }
  const line = el('tr', {}, ...[row.number, row.item, row.written_at, ''].map((text) => el('td', {}, text)))
  byId('rows').prepend(line)
  send(row, line)
  prepare(row)
}

/** The next row: the pad goes on by one, and people often come for the same. */
function prepare({ number, item }) {
  const [, letters, count] = NUMBER.exec(number) ?? []
  form.reset()
  if (letters) {
    field('number').value = `${letters}${String(Number(count) + 1).padStart(3, '0')}`
    field('item').value = item
  }
  suggest()
  field('number').focus()
  field('number').select()
}

async function send(row, line) {
  tell(row, line, 'open', _('正在录入……'))
  try {
    const item = await itemMeant(row)
    line.children[1].textContent = item.name
    const { number, written_at, priority, served } = row
    const body = { number, item: item.code, written_at, served, ...(priority && { priority }) }
    const onLost = () => tell(row, line, 'open', _('没有收到答复，正在重试……'))
    entered(row, line, await insist('/kiosk/paper-tickets', { body, key: newKey(), onLost }))
  } catch (error) {
    tell(row, line, 'refused', error.message || _('网络不通，没有录入。'))
    line.lastChild.append(el('button', { onclick: () => again(row, line) }, _('修改')))
  }
}

function entered(row, line, { ahead, state }) {
  const words = state === 'finished' ? _('已登记为办结') : _('已录入，前面还有 %(n)s 人', { n: ahead })
  tell(row, line, 'entered', words)
}

/** The item of this name, or the one of the lane that these words or letters find. */
async function itemMeant({ number, item }) {
  const words = item.trim()
  const own = itemsOf(lettersOf(number))
  const named = own.find(({ name }) => name === words)
  if (named) return named
  const codes = new Set(own.map(({ code }) => code))
  const found = await call('GET', `/halls/${encodeURIComponent(page.hall)}/items?q=${encodeURIComponent(words)}`)
  const meant = found.filter(({ code }) => codes.has(code))
  if (meant.length === 1) return meant[0]
  throw new Error(meant.length
    ? _('“%(words)s”可以是 %(names)s，请写明。', { words, names: meant.slice(0, 5).map(({ name }) => name).join('、') })
    : _('这个队列里没有“%(words)s”，请核对号码和事项。', { words }))
}

function tell({ number }, line, is, words) {
  line.dataset.is = is
  line.lastChild.textContent = words
  if (is !== 'open') say('said', _('%(number)s：%(words)s', { number, words }))
}

/** Put a refused row back into the fields. */
function again(row, line) {
  line.remove()
  for (const name of ['number', 'item', 'written_at', 'priority']) field(name).value = row[name]
  field('served').checked = row.served
  suggest()
  field('number').focus()
}

if (form) {
  form.addEventListener('submit', enter)
  field('number').addEventListener('input', suggest)
  suggest()
  field('number').focus()
}
