// The dialogs about somebody's file: a field as its widget, and the list of what is missing.

import { ask } from '../shared/dialog.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { gapsOf } from './gaps.js'

const TYPES = { number: 'number', date: 'date', phone: 'tel' }

/** Ask for a field's value, beginning with the present one; `problem`: what was wrong with it just
 * now. {value}, null in it where nothing is given; or null when somebody thinks better of it. */
export async function askValue(field, problem) {
  const { title, unit, required, source_text: source } = field
  fill('correct-field',
    el('p', { class: 'quiet' }, source ? _('原先来自：%(source)s', { source }) : _('原先由办事人填写')),
    el('fieldset', {},
      el('legend', {}, title, unit && _('（%(unit)s）', { unit }), required && el('span', { class: 'needed' }, _('必填'))),
      widgetOf(field, problem)))
  show('correct-problem', Boolean(problem))
  say('correct-problem', problem ?? '')
  const given = await ask('correct')
  return given && { value: valueIn(byId('correct-field'), field) }
}

function widgetOf(field, problem) {
  const { widget, value, options, title } = field
  const attributes = {
    name: 'value', 'aria-label': title, autofocus: '', autocomplete: 'off',
    ...(problem && { 'aria-invalid': 'true', 'aria-describedby': 'correct-problem' }),
  }
  const isChosen = (option) => (Array.isArray(value) ? value : [value]).includes(option.value)
  const choice = (type) => options.map((option, nth) => el('label', { class: 'check' },
    el('input', { type, name: 'value', value: String(nth), checked: isChosen(option) && '', autofocus: nth === 0 && '' }),
    option.title))
  if (widget === 'radio') return choice('radio')
  if (widget === 'checkboxes') return choice('checkbox')
  if (widget === 'select') {
    return el('select', attributes, el('option', { value: '' }, _('请选择')),
      options.map((option, nth) =>
        el('option', { value: String(nth), selected: isChosen(option) && '' }, option.title)))
  }
  if (widget === 'switch') {
    return el('label', { class: 'check' },
      el('input', { type: 'checkbox', name: 'value', checked: value === true && '', autofocus: '' }), _('是'))
  }
  if (widget === 'textarea') return el('textarea', { ...attributes, rows: '3' }, String(value ?? ''))
  return el('input', { ...attributes, type: TYPES[widget] ?? 'text', step: 'any', value: String(value ?? '') })
}

function valueIn(place, { widget, options }) {
  const [first] = place.querySelectorAll('[name="value"]')
  const checked = [...place.querySelectorAll('[name="value"]:checked')]
  if (widget === 'switch') return first.checked
  if (widget === 'checkboxes') return checked.map((box) => options[box.value].value)
  if (widget === 'radio') return checked.length ? options[checked[0].value].value : null
  if (widget === 'select') return first.value ? options[first.value].value : null
  const text = first.value.trim()
  if (!text) return null
  return widget === 'number' ? Number(text) : text
}

/** Propose all that is missing, ticked: {body, isEmpty}, or null when somebody thinks better of it. */
export async function askGaps(submissions, number, papers) {
  const { materials, fields } = gapsOf(submissions, papers)
  const row = (gap, kind, nth, isTicked) => el('li', {},
    el('label', { class: 'check' },
      el('input', { type: 'checkbox', name: `${kind}-${nth}`, checked: isTicked && '' }), gap.name),
    el('input', { name: `${kind}-note-${nth}`, maxlength: '200', autocomplete: 'off', value: gap.note ?? '',
      placeholder: _('说明，可不填'), 'aria-label': _('%(name)s 的说明', gap) }))
  const part = (title, kind, gaps) => gaps.length
    ? [el('h3', {}, title), el('ul', {}, gaps.map((gap, nth) => row(gap, kind, nth, gap.isMissing)))]
    : []
  fill('gaps-list', part(_('材料'), 'material', materials), part(_('表单内容'), 'field', fields))
  if (!materials.length && !fields.length) fill('gaps-list', el('p', {}, _('没有发现缺项，请逐行写明。')))
  const given = await ask('gaps', { number })
  return given && listed(given, submissions, { materials, fields })
}

function listed(given, submissions, { materials, fields }) {
  const ticked = (gaps, kind, named) => gaps
    .map((gap, nth) => ({ ...named(gap), note: given[`${kind}-note-${nth}`].trim(), is: `${kind}-${nth}` in given }))
    .filter(({ is }) => is)
    .map(({ is: _ticked, ...gap }) => gap)
  const more = given.more.split('\n').map((name) => name.trim()).filter(Boolean)
  const body = {
    ...(submissions.length && { submission: submissions[0].id }),
    materials: [
      ...ticked(materials, 'material', ({ code, name }) => (code ? { code } : { name })),
      ...more.map((name) => ({ name, note: '' })),
    ],
    fields: ticked(fields, 'field', ({ field }) => ({ field })),
    note: given.note.trim(),
  }
  return { body, isEmpty: !body.materials.length && !body.fields.length }
}

/** Nothing typed or shown stays in a dialog. */
export function forgetDialogs() {
  for (const name of ['correct', 'gaps', 'find']) {
    const dialog = byId(`${name}-dialog`)
    dialog.querySelector('form').reset()
    if (dialog.open) dialog.close('cancel')
  }
  fill('correct-field')
  fill('gaps-list')
  say('correct-problem', '')
}
