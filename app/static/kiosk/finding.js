// Finding an item: by department, or by words and pinyin initials on the machine's own letters.

import { byId, el, fill, page, say, show, waitWords } from '../shared/dom.js'
import { call } from '../shared/api.js'
import { go } from './sections.js'
import { _ } from '../shared/language.js'

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const TYPED_MS = 150
const path = `/halls/${encodeURIComponent(page.hall)}/items`
let items = []
let departments = []
let waits = {} // lane -> {waiting, estimate}
let onChoose = () => {}
let onFault = () => {}
let asked = 0
let timer
let opened = null // the department somebody looks into

/** Draw the field and its letters; `choose(item)` hears of a choice, `away()` that nobody answers. */
export function drawFinding(choose, away) {
  onChoose = choose
  onFault = away
  const field = byId('search')
  field.addEventListener('input', search)
  field.addEventListener('focus', () => show('letters', !page.guides))
  byId('letters').addEventListener('pointerdown', (event) => event.preventDefault()) // the field keeps the focus
  fill('letters',
    LETTERS.map((sign) => el('button', { onclick: () => set(field.value + sign) }, sign)),
    el('button', { onclick: () => set(field.value.slice(0, -1)), 'aria-label': _('退格') }, '⌫'),
    el('button', { onclick: () => set(''), class: 'wide' }, _('清空')))
}

export const itemOf = (code) => items.find((item) => item.code === code)
export const waitOf = (lane) => (waits[lane] ? waitWords(waits[lane].estimate) : '')
export const isSearching = () => byId('search').value !== ''

/** Somebody new stands here. */
export function clearSearch() {
  byId('search').value = ''
  byId('search').blur()
  show('letters', false)
  search()
}

/** What the hall offers, once, and who waits where, each time. */
export async function lookAround(hall) {
  if (!items.length) items = await call('GET', path)
  const { lanes } = await call('GET', `/halls/${encodeURIComponent(page.hall)}/waits`)
  waits = Object.fromEntries(lanes.map((lane) => [lane.lane, lane]))
  departments = hall.departments.filter(({ name }) => items.some((item) => item.department === name))
  drawLanes(lanes)
  drawDepartments()
  if (opened) drawItems()
}

function drawLanes(lanes) {
  fill('lanes', lanes.map(({ lane, name, waiting, estimate }) => el('li', {},
    el('b', {}, lane), el('span', {}, name),
    el('span', { class: 'people' }, _('%(n)s 人等候', { n: waiting })),
    el('span', { class: 'minutes' }, waitWords(estimate)))))
}

/** A list drawn anew loses its place under a finger, so what is the same stays. */
function drawDepartments() {
  const tiles = departments.map((department) => el('li', {},
    el('button', { onclick: () => openDepartment(department) },
      el('strong', {}, department.name), el('span', {}, waitingAt(department)))))
  redraw('departments', tiles)
}

function waitingAt(department) {
  const lanes = new Set(items.filter((item) => item.department === department.name).map(({ lane }) => lane))
  const n = [...lanes].reduce((sum, lane) => sum + (waits[lane]?.waiting ?? 0), 0)
  return _('%(n)s 人等候', { n })
}

function openDepartment(department) {
  opened = department
  say('department-name', department.name)
  drawItems()
  go('department')
}

function drawItems() {
  redraw('items', items.filter((item) => item.department === opened.name).map((item) => itemButton(item)))
}

function redraw(id, children) {
  const before = [...byId(id).children]
  const isSame = before.length === children.length && before.every((child, nth) => child.textContent === children[nth].textContent)
  if (!isSame) fill(id, children)
}

function itemButton(item, department = null) {
  const lane = waits[item.lane]
  const facts = [
    department,
    page.lanes[item.lane],
    lane && _('%(n)s 人等候', { n: lane.waiting }),
    lane && waitWords(lane.estimate),
  ]
  return el('li', {}, el('button', { onclick: () => onChoose(item) },
    el('strong', {}, item.name),
    el('span', {}, facts.filter(Boolean).join(' · '))))
}

function set(text) {
  byId('search').value = text
  byId('search').focus()
  search()
}

function search() {
  const words = byId('search').value.trim()
  clearTimeout(timer)
  asked += 1
  show('departments', !words)
  if (words) timer = setTimeout(ask, TYPED_MS, words, asked)
  else for (const id of ['found', 'nothing']) show(id, false)
}

/** The server knows how Chinese is spelt. Only the last question's answer is shown. */
async function ask(words, nth) {
  let found
  try {
    found = await call('GET', `${path}?q=${encodeURIComponent(words)}`)
  } catch {
    return onFault()
  }
  if (nth !== asked) return
  show('found', found.length > 0)
  show('nothing', !found.length)
  fill('found', found.map((item) => itemButton(item, item.department)))
}
