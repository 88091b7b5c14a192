// What the page of one renewal says: what it brings, on what it rests, what was done and comes next.

import { t } from './i18n.js'
import { faceOf, isByRule, isHandedOver, isMissing } from './renewals.js'
import { daysFrom, fullDate } from './times.js'

/** Why there is nothing to renew. */
const ENDED = ['licence_ended', 'holder_changed', 'renewal_over']
/** Why the hall cannot do it either. */
const NOT_THERE = ['renewal_too_early', 'holder_changed', 'renewal_over']

/** What will happen, or has happened, as `{title, lines}`: the first thing read on its page. */
export function headline(renewal) {
  const { application, decision, new_licence: issued, ask_by: askBy } = renewal
  switch (faceOf(renewal)) {
    case 'ask': {
      const by = askBy ? [t('请在 %(day)s前确认。', { day: fullDate(askBy) })] : []
      return { title: offerWords(renewal, application?.new_term), lines: [whoDecides(renewal), ...by] }
    }
    case 'ordinary':
      return { title: shutTitle(renewal), lines: [renewal.shut?.message ?? renewal.ordinary_way?.text ?? t('原因写在下面。')] }
    case 'declined':
      return { title: t('您选择了这次不办'), lines: [mindWords(renewal)] }
    case 'review':
      return isMissing(renewal)
        ? { title: renewal.asked_for.papers.length ? t('请您补充材料') : t('请您配合审核'), lines: [t('要做什么写在下面，补齐后接着审核。')] }
        : { title: t('申请已收到，正在审核'), lines: [t('有结果马上告诉您，不用再来问。')] }
    case 'granted':
      return issued
        ? { title: t('办好了'), lines: [validWords(issued), t('现在就能用。'), ...byWhom(decision)] }
        : { title: t('已准予延续'), lines: [t('正在制作新证照。'), ...byWhom(decision)] }
    case 'refused':
      return { title: t('没有准予延续'), lines: [...[decision.reason].filter(Boolean), t('不服的，可以在六十日内申请行政复议，或在六个月内提起行政诉讼，见决定书。')] }
    default:
      return { title: renewal.state_text, lines: [...renewal.progress.slice(-1).map(({ text }) => text), renewal.ordinary_way?.text].filter(Boolean) }
  }
}

/** A renewal whose application could not be written, and why: nothing is confirmed then. */
export function shutBy(renewal, { code, message, problem }) {
  const { hall, item } = problem ?? {}
  const way = hall && item ? { hall, item, item_name: renewal.item_name ?? '', text: message } : renewal.ordinary_way
  return { ...renewal, qualifies: 'closed', application: null, shut: { code, message }, ordinary_way: NOT_THERE.includes(code) ? null : way }
}

/** Until when whoever declines it may think again: not always until it ends. */
function mindWords({ ask_by: askBy, days_left: days, licence }) {
  const left = days - daysFrom(askBy, licence.valid_until)
  return left < 0 ? t('申请的最后一天已过，不能再改主意。') : t('最迟%(day)s可以改主意。', { day: fullDate(askBy) })
}

/** What somebody is told before they decline it, or take it back. */
export function declineWords(renewal) {
  const ended = renewal.holder.kind === 'firm'
    ? t('到期后这张证照不能再用，继续经营或执业可能违法。')
    : t('到期后这张证照不能再用。')
  return `${ended}${mindWords(renewal)}`
}

/** Who comes to whom, of what an officer asked for; '' where nobody. */
export function whoComes({ asked_for: asked }) {
  if (asked.visit) return t('请您到大厅来一次，可以先预约时间。')
  return asked.site_check ? t('工作人员会上门核查，您不用跑。') : ''
}

function shutTitle({ shut }) {
  if (shut?.code === 'renewal_too_early') return t('还没到申请的时间')
  return ENDED.includes(shut?.code) ? t('现在不能延续') : t('这一次要到大厅办理')
}

function offerWords(renewal, term) {
  if (!term) return t('可以延续')
  return isByRule(renewal) ? t('点一下，就能延续') : t('点一下，就能申请延续')
}

const byWhom = (decision) => [decision?.by_text].filter(Boolean)

const validWords = ({ valid_until: until }) => (until
  ? t('新证照有效至 %(day)s。', { day: fullDate(until) })
  : t('新证照长期有效。'))

function whoDecides(renewal) {
  const { qualifies } = renewal
  if (isByRule(renewal)) return t('条件都符合，确认后当场办结。')
  if (qualifies === 'yes') return t('条件都符合，确认后由工作人员审核。')
  if (qualifies === 'unasked' || isOpenOnly(renewal)) return t('有的信息还在核对，不影响您申请。')
  return t('有的条件要工作人员看一看，不影响您申请。')
}

/** The day until which it holds now and would then, as `{now, then}`; null where either is open. */
export function terms({ licence, application }) {
  const [now, then] = [licence.valid_until, application?.new_term?.ends]
  return now && then ? { now: fullDate(now), then: fullDate(then) } : null
}

/** What this renewal spares somebody who has it handed over in this way. */
export function spared(renewal, way) {
  return [
    t('不用填表'),
    t('不交材料'),
    ...(['counter', 'cabinet'].includes(way) ? [] : [t('不用跑腿')]),
    ...(isByRule(renewal) ? [t('不用等')] : []),
  ]
}

/** The conditions, as `{held, not}`: those that hold, and those that do not simply. */
export function heldAndNot({ why }) {
  return { held: why.filter(({ answer }) => answer === 'yes'), not: why.filter(({ answer }) => answer !== 'yes') }
}

/** Nothing speaks against it; some of it is not known yet. */
const isOpenOnly = (renewal) => heldAndNot(renewal).not.every(({ answer }) => answer === 'unknown')

/** What all conditions come to, in a line. */
export function whyTitle(renewal) {
  const { held, not } = heldAndNot(renewal)
  if (faceOf(renewal) === 'refused') return t('当时的核对结果')
  if (!not.length) return t('%(n)s 项条件都符合', { n: held.length })
  if (isOpenOnly(renewal)) return t('%(n)s 项条件还在核对', { n: not.length })
  return faceOf(renewal) === 'ordinary' ? t('为什么不能一键延续') : t('%(n)s 项条件要工作人员看一看', { n: not.length })
}

/** An answer as `{mark, words, tone}`. */
export function answerWords({ answer }) {
  return {
    yes: { mark: '✓', words: t('符合'), tone: 'good' },
    no: { mark: '!', words: t('要看一看'), tone: 'warn' },
    unknown: { mark: '?', words: t('待核实'), tone: 'warn' },
  }[answer] ?? { mark: '?', words: t('待核实'), tone: 'warn' }
}

/** Titles of what an application says otherwise than the one that was read before. */
export function changedTitles(before, after) {
  const said = new Map((before?.fields ?? []).map(({ title, text }) => [title, text]))
  return before ? (after?.fields ?? []).filter(({ title, text }) => said.get(title) !== text).map(({ title }) => title) : []
}

/** What was done, and what is still to come, as `[{text, at, state}]`: 'done', 'now', 'next'. */
export function timeline(renewal) {
  const done = renewal.progress.map(({ text, at }) => ({ text, at, state: 'done' }))
  const ahead = stillAhead(renewal).map((text, nth) => ({ text, at: null, state: nth ? 'next' : 'now' }))
  return [...done, ...ahead]
}

function stillAhead(renewal) {
  const face = faceOf(renewal)
  if (face === 'review') return [t('审核'), t('制作新证照'), t('交到您手里')]
  if (face !== 'granted' || isHandedOver(renewal)) return []
  return renewal.new_licence ? [t('交到您手里')] : [t('制作新证照'), t('交到您手里')]
}

/** What it took, as `[{n, words}]`. */
export function took({ zeros }) {
  return [
    { n: zeros.fields_typed, words: t('填写（项）') },
    { n: zeros.files_uploaded, words: t('上传（份）') },
    { n: zeros.trips, words: t('跑动（次）') },
    { n: zeros.days_waited, words: t('等候（天）') },
  ]
}
