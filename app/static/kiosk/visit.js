// What somebody came for: one item, or several that one number serves.

import { byId, el, fill, page, say, show } from '../shared/dom.js'
import { waitOf } from './finding.js'
import { go } from './sections.js'
import { _ } from '../shared/language.js'

const ITEMS_AT_MOST = 10
let chosen = []
let isAdding = false

export const codes = () => chosen.map((item) => item.code)
export const names = (items) => items.map((item) => item.name).join('、')
export const isBegun = () => chosen.length > 0

/** Somebody new stands here. */
export function forgetVisit() {
  chosen = []
  setAdding(false)
}

/** Look at an item, or join it to those chosen. */
export function choose(item) {
  const note = isAdding ? join(item) : ''
  if (!isAdding) chosen = [item]
  look(note)
}

/** Go on to choose one more; false where no more fits on a number. */
export function addMore() {
  if (chosen.length >= ITEMS_AT_MOST) {
    look(_('一张号票最多办 %(n)s 件事。', { n: ITEMS_AT_MOST }))
    return false
  }
  setAdding(true)
  return true
}

/** Back to what was chosen. */
export const look = (note = '') => {
  setAdding(false)
  draw(note)
  go('item')
}

/** Join an item; or why it cannot be, in words. */
function join(item) {
  const [first] = chosen
  if (chosen.some(({ code }) => code === item.code)) return _('“%(item)s”已经选了。', { item: item.name })
  if (item.lane !== first.lane) {
    return _('“%(item)s”归“%(lane)s”队列办理，和“%(first)s”不在一个队列，不能用同一张号票。请先取这张号，再为“%(item)s”另取一张。', {
      item: item.name, lane: page.lanes[item.lane], first: first.name,
    })
  }
  chosen = [...chosen, item]
  return ''
}

function drop(item) {
  chosen = chosen.filter(({ code }) => code !== item.code)
  look()
}

function draw(note) {
  const [{ department, lane }] = chosen
  const minutes = chosen.reduce((sum, item) => sum + item.minutes, 0)
  const wait = waitOf(lane)
  const papers = [...new Set(chosen.flatMap((item) => item.papers))]
  say('item-name', chosen.length > 1 ? _('一张号票办 %(n)s 件事', { n: chosen.length }) : chosen[0].name)
  say('item-note', note)
  show('item-note', note !== '')
  show('visit', chosen.length > 1)
  fill('visit', chosen.map((item) => el('li', {}, el('strong', {}, item.name),
    el('button', { onclick: () => drop(item), 'aria-label': _('去掉 %(item)s', { item: item.name }) }, _('去掉')))))
  say('item-facts', [department, `${lane} ${page.lanes[lane]}`, _('办理约 %(n)s 分钟', { n: minutes })].join(' · '))
  say('item-wait', wait && _('现在取号，预计等候%(wait)s', { wait }))
  fill('papers', (papers.length ? papers : [_('本人有效身份证件')]).map((paper) => el('li', {}, paper)))
}

function setAdding(is) {
  isAdding = is
  show('adding', is)
  if (is) say('adding-words', _('已选“%(items)s”，请再选一件同队列的事。', { items: names(chosen) }))
}

byId('added').addEventListener('click', () => look())
