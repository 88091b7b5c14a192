// New licences on their way out: printed and packed here, then to the courier, the cabinet or the
// counter. What the hall has nothing to do for is not shown.

import { momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { byId, el, fill, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 20_000
const LISTS = {
  making: _('待制作'),
  made: _('待寄出、待入柜'),
  ready: _('在窗口'),
  in_box: _('在文件柜'),
  overdue: _('超期未取'),
  on_its_way: _('邮寄途中'),
}
let chosen = 'making'
let cabinets = []

async function refresh() {
  const [all, found] = await Promise.all([read('/staff/deliveries'), read('/staff/cabinets')])
  cabinets = found
  drawLists(all)
  const here = all.filter(({ state }) => state === chosen)
  fill('deliveries', here.map(row))
  show('nothing', !here.length)
}

function drawLists(all) {
  fill('states', Object.entries(LISTS).map(([state, words]) => el('button', {
    type: 'button',
    'data-state': state,
    'aria-pressed': String(state === chosen),
    onclick: () => look(state),
  }, `${words} `, el('b', {}, String(all.filter((one) => one.state === state).length)))))
}

async function look(state) {
  chosen = state
  await again()
  byId('states').querySelector(`[data-state="${state}"]`).focus()
}

const row = (one) => el('tr', {},
  el('td', {}, el('b', {}, one.result), el('p', { class: 'quiet' }, one.contents.join(_('、')))),
  el('td', {}, one.holder_name, one.label && label(one.label)),
  el('td', {}, one.way_text, where(one)),
  el('td', {}, one.state_text, el('p', { class: 'quiet number' }, momentOf(one.created_at))),
  el('td', { class: 'deeds' }, deeds(one)))

/** What stands on the parcel, to be written on it. */
const label = ({ name, phone, region, street }) => el('address', { class: 'quiet' },
  el('span', {}, `${name} ${phone}`), el('span', {}, `${region} ${street}`))

function where({ parcel, box }) {
  if (parcel) return el('p', { class: 'quiet number' }, `${parcel.courier} ${parcel.waybill}`)
  return box && el('p', { class: 'quiet' }, _('%(cabinet)s %(no)s 号箱', { cabinet: box.cabinet_name, no: box.no }))
}

function deeds(one) {
  const { id, state, way, subject, subject_id } = one
  return [
    subject === 'renewal' && el('a', { class: 'button', href: `/office/renewals/${subject_id}` }, _('查看')),
    state === 'making' && deed(_('已打印封装'), `/staff/deliveries/${id}/made`, {}, _('已记下：%(who)s', { who: one.holder_name })),
    state === 'made' && way === 'cabinet' && cabinets.map(({ code, name, free }) => el('button', {
      disabled: !free && '',
      onclick: () => deposit(one, code),
    }, _('存入%(cabinet)s（空 %(n)s 箱）', { cabinet: name, n: free }))),
    (state === 'overdue' || state === 'in_box' || (state === 'made' && way === 'cabinet'))
      && deed(_('转到窗口'), `/deliveries/${id}/take-back`, {}, _('已转到窗口：%(who)s', { who: one.holder_name })),
  ].flat()
}

const deed = (words, path, body, done) => el('button', { onclick: () => act(path, body, () => done) }, words)

const deposit = ({ id }, cabinet) => act(`/deliveries/${id}/deposit`, { cabinet },
  ({ box }) => _('%(no)s 号箱已打开，放入后请关好门。', { no: box }))

async function act(path, body, done) {
  const answer = await send(path, body)
  await again()
  if (answer) tell(answer.box && !body.cabinet ? _('%(no)s 号箱已打开，请取出。', { no: answer.box }) : done(answer))
}

const again = () => refresh().catch((error) => error.message && complain(error.message))

again()
setInterval(() => document.hidden || refresh().catch(() => {}), READ_EVERY_MS)
