// What somebody's file looks like: in brief beside the number, and all of it with every value.

import { clockOf, el } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { isMissing } from './gaps.js'

const STATES = {
  licence: _('证照免提交'),
  archive: _('已存档，免提交'),
  promise: _('告知承诺'),
  bring: _('收取原件'),
}
const SURE = { verified: _('已核验'), declared: _('本人申报'), guessed: _('待确认') }
const EARLIER = _('较早的一份')
const GROUNDS = {
  own: _('本人填报'),
  represents: _('法定代表人填报'),
  authorised: _('受托人填报'),
  card: _('样表机刷身份证填报'),
  declared: _('代填，未授权查看证照'),
}

/** 11-22 10:32 */
const momentOf = (time) => `${time.slice(5, 10)} ${clockOf(time)}`

// In brief: no values

/** Lines of what there is, as `GET /tickets/{id}/file` tells it. */
export function drawBrief({ submissions, licences, materials, gaps }, ticket) {
  return [
    line(_('表单'), submissions.map(formChip)),
    line(_('证照'), licences.map(licenceChip)),
    line(_('材料'), materials.map(materialChip)),
    gaps && line(_('缺项'), [toldChip(gaps, ticket)]),
  ].filter(Boolean)
}

const line = (title, chips) => chips.length > 0 && el('div', { class: 'brief-line' },
  el('h3', {}, title), el('ul', {}, chips.map((chip) => el('li', {}, chip))))

function formChip({
  form_name: name, code, submitted_at: at, problems, changed, identity_typed: isTyped, superseded: isEarlier,
}) {
  return [
    el('strong', {}, name),
    el('span', { class: 'quiet' }, code, ' · ', at ? _('%(at)s 提交', { at: momentOf(at) }) : _('草稿')),
    isEarlier && tag(EARLIER, 'warn'),
    problems > 0 && tag(_('%(n)s 处有问题', { n: problems }), 'late'),
    changed > 0 && tag(_('更正 %(n)s 处', { n: changed }), 'info'),
    isTyped && tag(_('号码为手工输入，请核对证件'), 'warn'),
  ].filter(Boolean)
}

const licenceChip = ({ kind_name: name, valid, valid_until: until }) => [
  name,
  valid
    ? tag(until ? _('有效至 %(day)s', { day: until }) : _('长期有效'), 'good')
    : tag(until ? _('%(day)s 已失效', { day: until }) : _('已失效'), 'late'),
]

const materialChip = (material) => [material.name, materialTag(material)]

function materialTag(material) {
  const { mark, state, promised } = material
  if (mark) return mark === 'seen' ? tag(_('已核验'), 'good') : tag(_('缺少'), 'late')
  return tag(promised ? _('已承诺') : STATES[state], isMissing(material) ? 'warn' : 'good')
}

const toldChip = ({ told_at: at, materials, fields }, ticket) => [
  _('%(at)s 已一次性告知 %(n)s 项', { at: clockOf(at), n: materials.length + fields.length }), ' ',
  paperLink(gapsPaper(ticket), _('告知单')),
]

/** Where the sheet of what is missing is: a PDF. */
export const gapsPaper = (ticket) => `/api/v1/tickets/${ticket}/gaps/document`

const paperLink = (href, words) => el('a', { href, target: '_blank', rel: 'noopener' }, words)

const tag = (words, kind) => el('span', { class: `tag ${kind}` }, words)

// All of it

/** As `POST /tickets/{id}/file/open` tells it; `on.correct(submission, field)` and
 * `on.mark(submission, material, state)` hear of what is pressed. */
export function drawWhole({ submissions, licences, archive }, on) {
  return [
    ...submissions.map((submission) => drawSubmission(submission, on)),
    licences.length > 0 && part(_('证照'), licences.map(drawLicence)),
    archive.length > 0 && part(_('以往办理'), [el('ul', { class: 'past' }, archive.map(drawPast))]),
  ].filter(Boolean)
}

const part = (title, content) => el('section', { class: 'part' }, el('h3', {}, title), ...content)

function drawSubmission(submission, on) {
  const { form, code, ground, person, submitted_at: at, document, groups, materials, changes, superseded } = submission
  return el('article', { class: 'submission' },
    el('header', {},
      el('h3', {}, form.name, ' ', superseded && tag(EARLIER, 'warn')),
      el('p', { class: 'quiet' }, [person.name, GROUNDS[ground], code, at && _('%(at)s 提交', { at: momentOf(at) })]
        .filter(Boolean).join(' · ')),
      document && paperLink(document.url, _('申请书 PDF'))),
    ...groups.map((group, nth) => drawGroup(submission, group, nth, on)),
    materials.length > 0 && part(_('材料'), [el('ul', { class: 'materials', id: `${submission.id}-materials` },
      materials.map((material) => drawMaterial(submission, material, on)))]),
    changes.length > 0 && part(_('更正记录'), [el('ol', { class: 'changes' }, changes.map(drawChange))]))
}

function drawGroup(submission, { title, fields }, nth, on) {
  const last = Object.fromEntries(submission.changes.map((change) => [change.field, change]))
  return el('section', { class: 'part' },
    el('h4', {}, title),
    el('ul', { class: 'fields', id: `${submission.id}-${nth}` },
      fields.map((field) => drawField(submission, field, last[field.field] ?? null, on))))
}

function drawField(submission, field, change, on) {
  const { title, text, confidence, problem, required, correctable, others } = field
  const correct = correctable ? () => on.correct(submission, field) : null
  const said = text || el('span', { class: 'quiet' }, required ? _('未填，必填') : _('未填'))
  return el('li', {
    class: [problem && 'wrong', !correctable && 'fixed'].filter(Boolean).join(' ') || null,
    'data-row': field.field, tabindex: '-1', onchoose: correct, onclick: correct,
  },
  el('span', { class: 'title' }, title),
  correctable
    ? el('button', { class: 'value', 'aria-label': _('更正“%(field)s”', { field: title }) }, said)
    : el('span', { class: 'value' }, said),
  text !== '' && el('span', { class: 'source', 'data-sure': confidence }, sourceOf(field, change)),
  others.map((other) => el('span', { class: 'other' }, _('%(source)s：%(text)s', other))),
  change && el('span', { class: 'was' },
    _('原为“%(before)s”，%(by)s %(at)s 更正', { ...told(change), at: momentOf(change.at) })),
  problem && el('span', { class: 'problem' }, problem))
}

/** Where a value came from: what a counter wrote is the counter's. */
function sourceOf({ source_text: source, confidence }, change) {
  if (source) return [source, SURE[confidence]].filter(Boolean).join(' · ')
  return change ? _('窗口更正') : _('办事人填写')
}

const told = ({ before_text: before, after_text: after, by }) =>
  ({ before: before || _('未填'), after: after || _('未填'), by })

const drawChange = (change) => el('li', {},
  el('strong', {}, change.title), ' ',
  _('%(before)s → %(after)s', told(change)), ' ',
  el('span', { class: 'quiet' }, `${change.by} · ${momentOf(change.at)}`))

function drawMaterial(submission, material, on) {
  const { name, evidence, mark } = material
  const button = (state, words) => el('button', {
    class: 'small', 'aria-pressed': String(mark === state), 'aria-label': `${words}：${name}`,
    onclick: () => on.mark(submission, material, state),
  }, words)
  const choose = ({ currentTarget }) => currentTarget.querySelector('button').click()
  return el('li', { 'data-row': material.code, tabindex: '-1', onchoose: choose },
    el('strong', {}, name), materialTag(material),
    el('span', { class: 'quiet' }, evidence ?? ''),
    el('span', { class: 'marks' }, button('seen', _('收到，已核验')), button('missing', _('缺少'))))
}

function drawLicence(licence) {
  const { kind_name: kind, number, issuer_name: issuer, state_text: state, valid, fields } = licence
  const facts = [[_('证号'), number], [_('持证人'), licence.holder.name], [_('发证机关'), issuer],
    [_('有效期'), term(licence)], ...fields.map(({ title, text }) => [title, text])]
  return el('details', { class: 'licence' },
    el('summary', {}, kind, ' ', tag(state, valid ? 'good' : 'late')),
    el('dl', {}, facts.filter(([, text]) => text)
      .map(([title, text]) => el('div', {}, el('dt', {}, title), el('dd', {}, text)))))
}

const term = ({ valid_from: from, valid_until: until }) => until
  ? _('%(from)s 至 %(until)s', { from: from ?? '', until })
  : _('长期')

const drawPast = ({ form_name: name, code, submitted_at: at }) =>
  el('li', {}, name, ' ', el('span', { class: 'quiet' }, `${code} · ${at.slice(0, 10)}`))
