// What lies ready for whom this counter has called: handed over here, once, after a look at their
// identity card.

import { call } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepFocus } from './focus.js'
import { onPicture } from './picture.js'
import { send } from './sending.js'

const STALE_MS = 20_000

let ticket = null // whose results they are
let results = []
let readAt = 0

onPicture(({ ticket: now }) => {
  const isSame = now?.id === ticket?.id
  const isRead = performance.now() - readAt < STALE_MS
  ticket = now
  if (!isSame) forget()
  if (now && !(isSame && isRead)) read()
})
addEventListener('pagehide', forget)

function forget() {
  results = []
  byId('hand-over-dialog').close()
  draw()
}

async function read() {
  const mine = ticket
  readAt = performance.now()
  const found = await call('GET', `/tickets/${mine.id}/deliveries`).catch(() => null)
  if (!found || ticket?.id !== mine.id) return // what it was said to have stays until then
  results = found
  keepFocus(draw)
}

function draw() {
  show('file-results', results.length > 0)
  fill('file-results', results.map((one, nth) => el('li', { 'data-row': one.id, tabindex: '-1', onchoose: () => handOver(one) },
    el('strong', {}, one.result),
    el('span', { class: 'tag good' }, _('可领取')),
    el('span', { class: 'quiet' }, _('%(name)s · %(contents)s', { name: one.holder_name, contents: one.contents.join(_('、')) })),
    el('button', { class: 'small', 'data-opens': 'handOver', 'aria-label': _('发放%(result)s', one), onclick: () => handOver(one) }, _('核对证件，发放'), nth === 0 && el('kbd', {}, 'H')))))
}

async function handOver(one) {
  const mine = ticket
  const contents = one.contents.join(_('、'))
  const given = await ask('hand-over', { result: one.result, name: one.holder_name, contents })
  if (!given || ticket?.id !== mine.id) return
  await send(_('发放%(result)s', one), `/deliveries/${one.id}/hand-over`, { ticket: mine.id }, () => {
    read()
    return _('%(result)s已发放，记在 %(number)s 号名下。', { result: one.result, number: mine.number })
  })
}
