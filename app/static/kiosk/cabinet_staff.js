// What staff do at the cabinet: lay results in, take back what nobody fetched, take out papers.
// Their session lives in this module alone, and ends when they leave.

import { call, newKey } from '../shared/api.js'
import { byId, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const SHUT = _('%(no)s 号箱门已关好。')

let token = null

/** The form to sign in; `toOpen(answer, words, shutWords)` once a door was told to open. */
export function drawStaff(toOpen) {
  byId('staff-in').addEventListener('submit', (event) => {
    event.preventDefault()
    signIn(event.currentTarget)
  })
  opened = toOpen
}

let opened = () => {}

/** Whether somebody of staff is signed in. */
export const isIn = () => Boolean(token)

export function enter(words = '') {
  show('staff-in', !token)
  fill('staff-work')
  say('staff-words', words)
  if (token) list()
}

/** Nobody of staff is here any more. */
export async function leave() {
  const was = token
  token = null
  byId('staff-in').reset()
  fill('staff-work')
  if (was) await call('DELETE', '/staff/session', { token: was }).catch(() => {})
}

async function signIn(form) {
  const { username, password } = Object.fromEntries(new FormData(form))
  form.reset()
  try {
    token = (await call('POST', '/staff/session', { body: { username, password }, key: newKey() })).token
  } catch (error) {
    return say('staff-words', error.message || _('没有得到答复，请再试一次。'))
  }
  enter()
}

async function list() {
  try {
    const [made, late, papers] = await Promise.all([
      call('GET', '/staff/deliveries?state=made', { token }),
      call('GET', '/staff/deliveries?state=in_box&state=overdue', { token }),
      call('GET', '/staff/drop-offs', { token }),
    ])
    draw(made.filter(({ way }) => way === 'cabinet'), late, papers.filter(({ box }) => box))
  } catch (error) {
    say('staff-words', error.message || _('暂时读不到，请稍候再试。'))
  }
}

function draw(made, late, papers) {
  fill('staff-work',
    part(_('待存入'), made.map((one) => line(one.holder_name, one.result, _('开箱存入'),
      `/deliveries/${one.id}/deposit`, { cabinet: page.cabinet },
      _('请放入%(what)s，关好箱门。', { what: one.result }), _('%(no)s 号箱门已关好，取件码已发给本人。')))),
    part(_('柜中'), late.map((one) => line(one.holder_name,
      _('%(no)s 号箱 · %(state)s', { no: one.box?.no ?? '', state: one.state_text }), _('取回到窗口'),
      `/deliveries/${one.id}/take-back`, {}, _('请取回，转到窗口领取。'), SHUT)), _('没有结果存在柜中。')),
    part(_('办事人交来的材料'), papers.map((one) => line(one.contents.join(_('、')),
      _('%(no)s 号箱', { no: one.box }), _('取出'),
      `/staff/drop-offs/${one.id}/take-out`, {}, _('请取出材料，关好箱门。'), SHUT)), _('没有交来的材料。')))
}

const part = (title, lines, none = _('没有待存入的结果。')) => el('section', {}, el('h3', {}, title),
  lines.length ? el('ul', {}, lines) : el('p', { class: 'hint' }, none))

const line = (who, what, deed, path, body, words, shutWords) => el('li', {},
  el('span', {}, el('strong', {}, who), el('small', {}, what)),
  el('button', { onclick: () => send(path, body, words, shutWords) }, deed))

async function send(path, body, words, shutWords) {
  say('staff-words', _('正在开箱，请稍候……'))
  try {
    const answer = await call('POST', path, { body, key: newKey(), token })
    say('staff-words', '')
    opened(answer, words, shutWords)
  } catch (error) {
    say('staff-words', error.message || _('没有得到答复，请再试一次。'))
    list()
  }
}
