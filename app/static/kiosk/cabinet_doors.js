// The doors of the cabinet, drawn as they hang: on the left and right of its screen. An open door is
// shut by a touch, as one would push it.

import { byId, el } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const STATES = {
  free: _('%(no)s 号箱，空'),
  taken: _('%(no)s 号箱，已存物品'),
}

let drawn = '' // the picture the doors were hung for: they stay, and only swing

/** Hang the doors of these boxes, or let those that hang swing; `shut(no)` hears of a push. */
export function drawDoors(boxes, shut) {
  const built = JSON.stringify(boxes.map(({ no, column, row, height }) => [no, column, row, height]))
  if (built !== drawn) hang(boxes, shut)
  drawn = built
  for (const box of boxes) swing(box)
}

function hang(boxes, shut) {
  const last = Math.max(...boxes.map(({ column }) => column))
  const half = Math.ceil(last / 2)
  const side = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_none, nth) =>
    column(boxes.filter((box) => box.column === from + nth), shut))
  byId('left').replaceChildren(...side(1, half))
  byId('right').replaceChildren(...side(half + 1, last))
  const front = byId('left').parentElement.style
  front.setProperty('--left', `${half}fr`)
  front.setProperty('--right', `${last - half}fr`)
}

function column(boxes, shut) {
  const made = el('li', { class: 'column' }, el('ul', {}, boxes.map((box) => door(box, shut))))
  made.firstChild.style.gridTemplateRows = boxes.map(({ height }) => `${height}fr`).join(' ')
  return made
}

const door = ({ no }, shut) => el('li', { class: 'box', 'data-box': no },
  el('button', { onclick: () => shut(no) },
    el('span', { class: 'inside' }, el('span', { class: 'parcel' }), el('span', { class: 'push' }, _('推门关好'))),
    el('span', { class: 'leaf' },
      el('span', { class: 'no' }, no), el('i', { class: 'lamp' }), el('i', { class: 'lock' }))))

function swing({ no, state, holds }) {
  const box = document.querySelector(`[data-box="${no}"]`)
  if (box.dataset.state === state) return
  box.dataset.state = state
  box.dataset.holds = holds
  const touched = box.querySelector('button')
  touched.disabled = state !== 'open'
  touched.setAttribute('aria-label', state === 'open'
    ? _('%(no)s 号箱门开着，点这里关好', { no })
    : STATES[state].replace('%(no)s', no))
}
