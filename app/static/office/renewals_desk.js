// The desk of who decides: what waits on the left, everything about one renewal beside it, the
// decision below. Up and down go through the list; nothing is decided by a single press.

import { momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { byId, el, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 30_000
const ANSWERS = {
  yes: ['✓', _('符合')],
  no: ['✗', _('不符')],
  unknown: ['?', _('不明')],
}
const DEEDS = {
  grant: { path: 'decide', body: () => ({ granted: true, reason: '' }), done: _('已准予延续：%(who)s') },
  refuse: { path: 'decide', body: ({ words }) => ({ granted: false, reason: words }), done: _('已决定不予延续：%(who)s') },
  ask_for: { path: 'ask-for', body: besides, done: _('已请申请人补充：%(who)s') },
  to_rule: { path: 'to-rule', body: () => ({}), done: _('已交规则重新核对：%(who)s') },
  answer: { path: 'answer', body: ({ words }) => ({ words }), done: _('已答复：%(who)s') },
}
const WORDS = {
  refuse: _('不予延续的理由（写入决定书）'),
  ask_for: _('请申请人补充什么，为什么（一次说全）'),
  answer: _('给申请人的答复'),
}
const choose = byId('choose')
const decision = byId('decision')
let lines = []
let nth = 1 // the page of the list
let shown = null // the renewal that is shown

// The list

async function refresh() {
  const queue = choose.elements.queue.value
  const isAll = queue === 'all'
  choose.elements.state.hidden = !isAll
  const query = new URLSearchParams({ queue, kind: choose.elements.kind.value, page: nth })
  if (isAll) query.set('state', choose.elements.state.value)
  const answer = await read(`/staff/renewals?${query}`)
  lines = answer.renewals
  drawLines(answer, isAll)
}

function drawLines({ counts, more }, isAll) {
  const focused = document.activeElement?.closest?.('[data-id]')?.dataset.id
  fill('lines', lines.map(lineRow))
  byId('lines').querySelector(`[data-id="${focused}"]`)?.focus()
  say('levels', _('待审批 %(all)s · 紧急 %(red)s · 临近期限 %(yellow)s', counts))
  show('nothing', !lines.length)
  say('nothing', isAll ? _('没有这样的延续。') : _('都处理完了。'))
  show('back', nth > 1)
  show('more', more)
}

function lineRow(line) {
  const { id, holder_name, kind_name, clock, state_text, contested, waits_for_applicant: waits } = line
  return el('li', {}, el('button', {
    type: 'button',
    'data-id': id,
    'data-level': clock?.level ?? 'none',
    'aria-current': id === shown?.id && 'true',
    onclick: () => open(id),
  },
  el('b', {}, holder_name),
  el('span', { class: 'quiet' }, kind_name),
  clock ? el('span', { class: 'level' }, clock.short_text) : el('span', { class: 'quiet' }, state_text),
  contested && el('span', { class: 'tag warn' }, _('有异议')),
  waits && el('span', { class: 'tag' }, _('等申请人补充'))))
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const here = event.target.closest('[data-id]')
  if (!step || !here) return
  event.preventDefault()
  const next = lines[lines.findIndex(({ id }) => id === here.dataset.id) + step]
  if (!next) return
  byId('lines').querySelector(`[data-id="${next.id}"]`).focus()
  open(next.id)
}

// One renewal

async function open(id) {
  for (const button of document.querySelectorAll('#lines [data-id]')) {
    if (button.dataset.id === id) button.setAttribute('aria-current', 'true')
    else button.removeAttribute('aria-current')
  }
  wanted = id
  try {
    const found = await read(`/staff/renewals/${id}`)
    if (wanted === id) draw(found)
  } catch (error) {
    complain(error.message || _('网络不通，请稍候再试。'))
  }
}

let wanted = null // the renewal that was chosen last, which may be still on its way

function draw(found) {
  const isSame = shown?.id === found.id
  shown = found
  if (!page.only) history.replaceState(null, '', `#${found.id}`)
  show('pick', false)
  show('case')
  say('title', _('%(who)s · %(kind)s', { who: found.holder_name, kind: found.kind_name }))
  byId('case').dataset.level = found.clock?.level ?? 'none'
  say('clock', found.clock?.text ?? found.state_text)
  say('why', found.why ?? '')
  show('why', Boolean(found.why))
  fill('checks', found.checks.map(checkRow))
  drawApplication(found)
  drawHistory(found)
  drawDecision(found, isSame)
}

/** What is not in order stands first, and in full; the rest takes a line each until it is opened. */
function checkRow({ title, answer, reason, evidence_text: evidence, differences }) {
  const [glyph, words] = ANSWERS[answer]
  const name = [el('b', {}, title), el('span', { class: 'answer' }, words)]
  const grounds = [el('p', {}, reason), ...differences.map(differenceRow), el('p', { class: 'quiet' }, evidence)]
  return el('li', { 'data-answer': answer },
    el('span', { class: 'mark', 'aria-hidden': 'true' }, glyph),
    answer === 'yes'
      ? el('details', {}, el('summary', {}, name, el('span', { class: 'quiet' }, reason)), grounds)
      : el('div', {}, el('p', { class: 'name' }, name), grounds))
}

/** What two licences say of one thing. */
const differenceRow = ({ title, ours, licence, number, theirs }) => el('dl', { class: 'difference' },
  pair({ title: _('%(title)s（本证照）', { title }), text: ours }),
  pair({ title: _('%(licence)s（%(number)s）', { licence, number }), text: theirs }))

function drawApplication({ application, outcome, licence }) {
  show('outcome-title', outcome.length > 0)
  fill('outcome', outcome.map(pair))
  fill('application', application
    ? application.fields.map(pair)
    : pair({ title: _('申请书'), text: _('还没有写') }))
  const paper = byId('paper')
  paper.hidden = !application?.url
  if (application?.url) paper.href = application.url
  fill('licence', licence.map(pair))
}

const pair = ({ title, text }) => el('div', {}, el('dt', {}, title), el('dd', {}, text))

/** What the holder had to do, as the record has it. */
const zeroRows = ({ fields_typed, files_uploaded, trips, days_waited }) => [
  [_('填写'), _('%(n)s 栏', { n: fields_typed })],
  [_('上传材料'), _('%(n)s 份', { n: files_uploaded })],
  [_('到厅'), _('%(n)s 次', { n: trips })],
  [_('等候'), _('%(n)s 天', { n: days_waited })],
].map(([title, text]) => pair({ title, text }))

function drawHistory({ history: happened, contest, asked_for: asked, drop_offs: papers, zeros, may }) {
  fill('zeros', zeroRows(zeros))
  show('contest', Boolean(contest))
  fill('contest', contest ? [
    el('p', { class: 'quiet' }, _('%(at)s 申请人的异议', { at: momentOf(contest.at) })),
    el('p', {}, contest.words),
    contest.answer && el('p', {}, el('b', {}, _('答复：%(words)s', { words: contest.answer }))),
  ].filter(Boolean) : [])
  show('asked-for', Boolean(asked))
  fill('asked-for', asked ? [
    el('p', { class: 'quiet' }, _('%(at)s 请申请人补充', { at: momentOf(asked.at) })),
    ...asked.words.split('\n').map((line) => el('p', {}, line)),
    ...asked.papers.map((paper) => askedRow(paper, asked.received.includes(paper), may, { papers: [paper] })),
    asked.visit && askedRow(_('须到大厅'), asked.came, may, { came: true }),
    asked.site_check && el('p', {}, _('工作人员上门核查')),
    ...papers.map(paperRow),
  ].filter(Boolean) : [])
  fill('history', happened.map(({ at, who, text }) => el('li', {},
    el('span', { class: 'number quiet' }, momentOf(at)),
    el('span', {}, `${text} `, el('span', { class: 'quiet' }, who)))))
}

/** What was asked for, and the button that notes that it is here: counted from what was brought. */
function askedRow(words, isHere, may, body) {
  return el('div', { class: 'laid-in' },
    el('p', {}, words, isHere && el('span', { class: 'tag' }, _('已收到'))),
    !isHere && may.includes('received') && el('button', { type: 'button', onclick: () => note(body) }, _('记为已收到')))
}

async function note(body) {
  const answer = await send(`/staff/renewals/${shown.id}/received`, body)
  if (!answer) return
  draw(answer)
  tell(_('已记下。'))
}

/** Papers in the cabinet, and the button that opens its door; again, where it did not open. */
function paperRow({ id, box, cabinet_name: cabinet, contents }) {
  return el('div', { class: 'laid-in' },
    el('p', {},
      el('b', {}, _('材料已放入文件柜 %(box)s 号箱', { box })),
      el('span', { class: 'quiet' }, ` ${cabinet} · ${contents.join(_('、'))}`)),
    el('button', { type: 'button', onclick: () => takeOut(id) }, _('打开柜门取出')))
}

async function takeOut(id) {
  const renewal = shown.id
  const answer = await send(`/staff/drop-offs/${id}/take-out`)
  if (!answer) return
  await open(renewal)
  tell(_('%(no)s 号箱已打开，请取出。', { no: answer.box }))
}

function drawDecision({ id, may, decision: made }, isSame) {
  show('decision', may.some((deed) => deed in DEEDS))
  show('decided', Boolean(made))
  fill('decided', made ? decisionWords(made) : [])
  for (const label of decision.querySelectorAll('[data-deed]')) label.hidden = !may.includes(label.dataset.deed)
  if (isSame && may.includes(chosen())) return
  decision.reset()
  decision.dataset.id = id
  consider()
}

const decisionWords = ({ granted, by_text: by, reason, url }) => [
  el('b', {}, granted ? _('准予延续') : _('不予延续')),
  el('span', { class: 'quiet' }, ` ${by} `),
  reason && el('span', {}, reason),
  url && el('a', { href: url, target: '_blank', rel: 'noopener' }, _('决定书（PDF）')),
].filter(Boolean)

// The decision

const chosen = () => decision.elements.deed.value

/** What the chosen deed means, and what it needs besides. */
function consider() {
  const deed = chosen()
  say('meaning', deed ? shown.meaning[deed] : _('选好后按“提交”；提交前不会生效。'))
  show('particulars', deed in WORDS)
  say('words-title', WORDS[deed] ?? '')
  show('besides', deed === 'ask_for')
  decision.elements.words.required = deed in WORDS
  byId('submit').disabled = !deed
}

function besides({ words, papers, who_comes: whoComes }) {
  const named = papers.split(/[、,，;；\n]/).map((each) => each.trim()).filter(Boolean)
  return { words, papers: named, visit: whoComes === 'visit', site_check: whoComes === 'site_check' }
}

async function decide(event) {
  event.preventDefault()
  const { deed, ...given } = Object.fromEntries(new FormData(decision))
  const { path, body, done } = DEEDS[deed]
  const { id, holder_name: who } = shown
  const place = lines.findIndex((line) => line.id === id)
  const answer = await send(`/staff/renewals/${id}/${path}`, body({ ...given, words: given.words.trim() }))
  if (!answer) return
  tell(done.replace('%(who)s', who))
  decision.reset()
  if (page.only) return draw(answer)
  await refresh()
  const next = lines.some((line) => line.id === id) ? null : lines[Math.min(place, lines.length - 1)]
  if (!next) return draw(answer)
  await open(next.id)
  byId('title').focus()
}

choose?.addEventListener('change', () => {
  nth = 1
  refresh().catch((error) => error.message && complain(error.message))
})
byId('lines')?.addEventListener('keydown', walk)
for (const [id, step] of [['back', -1], ['more', 1]]) {
  byId(id)?.addEventListener('click', () => {
    nth += step
    refresh()
  })
}
decision.addEventListener('change', consider)
decision.addEventListener('submit', decide)

async function begin() {
  if (page.only) return open(page.only)
  await refresh()
  const asked = location.hash.slice(1)
  const first = asked || lines[0]?.id
  if (first) await open(first)
  else show('pick')
  setInterval(() => document.hidden || refresh().catch(() => {}), READ_EVERY_MS)
}
begin().catch((error) => complain(error.message || _('网络不通，请稍候再试。')))
