// A form as whoever fills it sees it: what is shown, what it says and where that is from, what is
// still missing. Pure: values in, plain values out. The server judges with the same rules.

import { fieldsOf, holds, isFilled, same } from './conditions.js'
import { t } from './i18n.js'
import { isIdNumber } from './idnumber.js'
import { fullDate } from './times.js'

const REGISTERS = ['person', 'firm', 'licence']

/** The names of the fields that are shown, in their order. What is hidden counts as not filled for
    what depends on it. */
export function visibleFields(definition, values, today) {
  const fields = definition.groups.flatMap((group) => group.fields)
  const rules = Object.fromEntries(fields.map(({ field, when }) => [field, when]))
  const shown = {}

  function isShown(name) {
    if (!(name in shown)) {
      shown[name] = false // a circle, which publishing refuses, ends here
      const when = rules[name]
      shown[name] = !when || holds(when, seen(fieldsOf(when)), today)
    }
    return shown[name]
  }
  const seen = (names) => Object.fromEntries(names.filter(isShown).map((name) => [name, values[name]]))

  return fields.map(({ field }) => field).filter(isShown)
}

/** What differs from what was saved: `{field: value}`. A field emptied is null. */
export function dirtyValues(saved, values) {
  const changed = Object.keys(values).filter((name) => !equal(saved[name], values[name]))
  return Object.fromEntries(changed.map((name) => [name, values[name]]))
}

function equal(one, other) {
  if (one?.other != null || other?.other != null) return one?.other === other?.other
  return isFilled(one) || isFilled(other) ? same(one, other) : true
}

/**
 * The same form was saved elsewhere meanwhile: what was typed here stays, what was saved there is
 * there, and where both differ the other's value is offered, as `{field: value}`.
 */
export function savedElsewhere(before, found, edits) {
  const theirs = Object.keys(edits).filter((name) => (
    !equal(before[name], found[name]) && !equal(edits[name], found[name]) && isFilled(found[name])
  ))
  return Object.fromEntries(theirs.map((name) => [name, found[name]]))
}

/**
 * What is drawn: `{groups: [{title, fields}], total, filled, fixed, missing, wrong}`; `filled` is how
 * many of the `total` were filled by the hall, `fixed` how many of these cannot be changed; `missing`
 * and `wrong` name fields in their order.
 *
 * submission  as the API gives it; null for an empty form
 * values      as they stand now; those that differ from the submission's are not yet judged
 * elsewhere   `{field: value}` saved on another device (`savedElsewhere`)
 * asked       whoever fills it wants to submit: what is missing is said as a fault
 */
export function drawn(definition, submission, values, { today = '', elsewhere = {}, asked = false } = {}) {
  const names = new Set(visibleFields(definition, values, today))
  const saved = submission?.values ?? {}
  const faults = Object.fromEntries((submission?.problems ?? []).map(({ field, detail }) => [field, detail]))
  const field = (name) => drawnField(name, definition.fields[name], values[name] ?? null, {
    told: submission?.fields?.[name] ?? {}, saved: saved[name] ?? null, fault: faults[name] ?? '',
    other: elsewhere[name] ?? null, asked,
  })
  const groups = definition.groups
    .map(({ title, fields }) => ({ title, fields: fields.filter((one) => names.has(one.field)).map((one) => field(one.field)) }))
    .filter(({ fields }) => fields.length)
  const all = groups.flatMap(({ fields }) => fields)
  return {
    groups,
    total: all.length,
    filled: all.filter(({ given }) => given).length,
    fixed: all.filter(({ given, editable }) => given && !editable).length,
    missing: all.filter(({ missing }) => missing).map(({ name }) => name),
    wrong: all.filter(({ problem, missing }) => problem && !missing).map(({ name }) => name),
  }
}

function drawnField(name, rule, value, { told, saved, fault, other, asked }) {
  const filled = isFilled(value)
  const asSaved = equal(value, saved)
  const missing = rule.required && !filled
  const origin = originOf(value, asSaved, told)
  const masked = Boolean(asSaved ? told.masked : origin.masked)
  return {
    name,
    title: rule.title,
    help: rule.help ?? '',
    unit: rule.unit ?? '',
    widget: rule.widget,
    format: rule.format ?? '',
    type: rule.type,
    required: Boolean(rule.required),
    options: rule.options ?? [],
    maxLength: rule.max_length ?? -1,
    value,
    text: (asSaved ? told.text : origin.text) ?? textOf(rule, value),
    given: filled && Boolean(origin.source),
    source: filled ? sourceWords(origin.source) : '',
    confidence: filled && origin.source ? confidenceWords(origin.confidence) : null,
    others: othersOf(rule, value, saved, told, other),
    editable: told.editable !== false,
    masked,
    missing,
    problem: problemOf(rule, value, { missing, asked, masked, fault: asSaved ? fault : '' }),
  }
}

/** Where the value that stands now is from: what was filled in, or another source's that was taken. */
function originOf(value, asSaved, told) {
  if (asSaved) return { source: told.source ?? null, confidence: told.confidence }
  return (told.others ?? []).find((one) => equal(chosen(one), value)) ?? { source: null, confidence: null }
}

/** What is sent to take what another source says: what is masked is named, for two may look alike. */
const chosen = ({ masked, other, value }) => (masked ? { other } : value)

/** What else it could be, each `{value, text, words}`: other sources, and what they replaced. */
function othersOf(rule, value, saved, told, other) {
  const all = (told.others ?? []).map((one) => ({ ...one, value: chosen(one), words: sourceWords(one.source) }))
  if (told.source) all.unshift({ value: saved, text: told.text, words: sourceWords(told.source) })
  if (other != null) all.unshift({ value: other, text: null, words: t('在另一台设备上填的') })
  if (told.editable === false) return []
  return all
    .filter((one) => !equal(one.value, value))
    .map((one) => ({ value: one.value, text: one.text ?? textOf(rule, one.value), words: one.words }))
}

function problemOf(rule, value, { missing, asked, masked, fault }) {
  if (missing) return asked ? t('请填写%(title)s。', { title: rule.title }) : ''
  if (fault || masked || !isFilled(value)) return fault
  if (rule.format === 'id-number' && String(value).length === 18 && !isIdNumber(value)) {
    return t('证件号码有误，请核对后重新输入。')
  }
  return isNumber(rule) && typeof value !== 'number' ? t('请填写数字。') : ''
}

/** '来自：营业执照（2023-05-06 签发）'; what somebody wrote or chose before says so itself. */
export function sourceWords(source) {
  if (!source) return ''
  return REGISTERS.includes(source.kind) ? t('来自：%(what)s', { what: source.text }) : source.text
}

/** How sure the hall is of what it filled in, as `{words, tone}`. */
export function confidenceWords(confidence) {
  return {
    verified: { words: t('已核验'), tone: 'good' },
    declared: { words: t('本人申报'), tone: '' },
    guessed: { words: t('推测，请核对'), tone: 'warn' },
  }[confidence] ?? null
}

/** A value as it is read. */
export function textOf(rule, value) {
  if (!isFilled(value)) return ''
  if (typeof value === 'boolean') return value ? t('是') : t('否')
  if (Array.isArray(value)) return value.map((one) => titleOf(rule, one)).join(t('、'))
  if (rule.format === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? fullDate(value) : value
  const text = titleOf(rule, value)
  return rule.unit ? `${text} ${rule.unit}` : text
}

const titleOf = (rule, value) => rule.options?.find((one) => one.value === value)?.title ?? String(value)

const isNumber = ({ type }) => type === 'number' || type === 'integer'

/** What was typed into a field, as the form keeps it. */
export function valueOf(rule, typed) {
  if (!isNumber(rule)) return typed === '' ? null : typed
  const text = typed.trim()
  if (!text) return null
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

/** How a material is there, or is not, as `{words, tone}`. */
export function materialState({ state, can_promise: can, promised, mark = null }) {
  if (mark === 'seen') return { words: t('已收'), tone: 'good' }
  if (mark === 'missing') return { words: t('缺少'), tone: 'fault' }
  if (promised) return { words: t('已承诺'), tone: 'good' }
  if (can) return { words: t('可承诺'), tone: 'warn' }
  return {
    licence: { words: t('免提交'), tone: 'good' },
    archive: { words: t('已存档'), tone: 'good' },
    bring: { words: t('需携带'), tone: 'fault' },
  }[state] ?? { words: state, tone: 'off' }
}

/** A submission's state as `{words, tone}`. */
export function submissionState({ state }) {
  return {
    draft: { words: t('未提交'), tone: 'warn' },
    submitted: { words: t('已提交'), tone: 'good' },
    withdrawn: { words: t('已撤回'), tone: 'off' },
  }[state] ?? { words: state, tone: 'off' }
}
