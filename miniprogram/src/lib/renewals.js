// Renewals of licences: which face a page shows of one, what there is to do about it, in which order they stand.

import { fetchedFrom } from './handing.js'
import { t } from './i18n.js'
import { daysFrom, fullDate } from './times.js'

const ASKING = ['found', 'reminded', 'opened']
const NO_MORE = ['expired', 'overtaken']
/** Faces of renewals beside which the licence still stands for itself. */
const ASIDE = ['declined', 'over']
const SOON_DAYS = 15
/** A licence that ended longer ago is no news. */
const LATELY_DAYS = 180
/** From when on people think of a licence's end. */
const NEAR_DAYS = 180

/** Its term may be over: nobody took it away, and it was not given up. */
const stillTheirs = ({ state }) => ['valid', 'expired'].includes(state)

/** Nobody confirmed it yet: opening it writes its application. */
export const isAsking = ({ state }) => ASKING.includes(state)

/**
 * What there is to do or to see: 'ask', 'ordinary' (only at the hall), 'declined', 'review', 'granted',
 * 'refused', 'over' (it ended, or is done without it).
 */
export function faceOf(renewal) {
  const { state, qualifies, decision, new_licence: issued } = renewal
  if (isAsking(renewal)) return qualifies === 'closed' ? 'ordinary' : 'ask'
  if (state === 'declined') return 'declined'
  if (NO_MORE.includes(state)) return 'over'
  if (decision?.granted === false) return 'refused'
  return issued || decision?.granted ? 'granted' : 'review'
}

/** Its state as `{words, tone}`: the hall says it. */
export function renewalState(renewal) {
  const tone = { granted: 'good', refused: 'fault', over: 'off', declined: 'off' }[faceOf(renewal)] ?? ''
  return { words: renewal.state_text, tone }
}

/** How long a licence still holds, as `{words, tone}`; no words where that is not known, or far away. */
export function daysLeft(days) {
  if (days === null || days === undefined || days > NEAR_DAYS) return { words: '', tone: '' }
  if (days < -1) return { words: t('已过期 %(n)s 天', { n: -days }), tone: 'fault' }
  const near = { [-1]: t('昨天到期'), 0: t('今天到期'), 1: t('明天到期') }[days]
  if (near) return { words: near, tone: days < 0 ? 'fault' : 'warn' }
  return { words: t('还有 %(n)s 天到期', { n: days }), tone: days <= SOON_DAYS ? 'warn' : '' }
}

/** An annual check or inspection to come, with `{until, left}` in words. */
export function checkWords(check) {
  const { event_text: what, last_day: day, days_left: days } = check
  const words = days > NEAR_DAYS ? '' : days ? t('还有 %(n)s 天', { n: days }) : t('今天截止')
  return {
    ...check,
    until: t('%(what)s：最迟%(day)s', { what, day: fullDate(day) }),
    left: { words, tone: days <= SOON_DAYS ? 'warn' : '' },
  }
}

/** Everything fits, and nobody has to look at it. */
export const isByRule = ({ qualifies, decide_by: by }) => qualifies === 'yes' && by === 'rule'

export const isHandedOver = ({ state }) => ['handed_over', 'closed'].includes(state)

/** Something may still happen to it by itself. */
export const isMoving = (renewal) => ['review', 'granted'].includes(faceOf(renewal)) && !isHandedOver(renewal)

/** Somebody has still to bring papers, or to come; who is visited by the hall has nothing to do. */
export function isMissing({ asked_for: asked, papers }) {
  if (!asked) return false
  if (asked.visit && !asked.came) return true
  if (asked.papers.length > 0) return asked.papers.some((paper) => !asked.received?.includes(paper)) && !papers?.brought
  return !asked.visit && !asked.site_check
}

/** What somebody has to do about it, in a line; '' where nothing. */
export function toDo(renewal) {
  const { qualifies, delivery } = renewal
  const face = faceOf(renewal)
  if (face === 'review' && isMissing(renewal)) return t('工作人员请您补充，请看一看')
  if (face === 'granted' && !isHandedOver(renewal)) {
    return { box: t('新证照在智能文件柜里，请去取'), counter: t('新证照在窗口，请去领取') }[fetchedFrom(delivery)] ?? ''
  }
  if (face === 'ordinary') return t('这一次要到大厅办理')
  if (face !== 'ask') return ''
  if (isByRule(renewal)) return t('条件都符合，点一下就能延续')
  return qualifies === 'unasked' ? t('点开看看能不能一键延续') : t('点一下申请，由工作人员审核')
}

/** What stands beside it in a list: how long its licence holds, or what became of it. */
export function besides(renewal) {
  return ['ask', 'ordinary'].includes(faceOf(renewal)) ? daysLeft(renewal.days_left) : renewalState(renewal)
}

/**
 * Everything that has an end, in its order: what waits for somebody, what is under way, which licences
 * end later (also those that nobody is reminded of), and what is over.
 */
export function inOrder(renewals, licences, today) {
  const known = new Set(renewals.filter((one) => !ASIDE.includes(faceOf(one))).map(({ licence }) => licence.id))
  const soonest = (one, other) => (one.days_left ?? Infinity) - (other.days_left ?? Infinity)
  const waiting = renewals.filter((one) => toDo(one))
  const rest = renewals.filter((one) => !toDo(one))
  const later = licences
    .filter((one) => one.valid_until && !known.has(one.id) && stillTheirs(one))
    .map((licence) => ({ ...licence, days_left: today ? daysFrom(today, licence.valid_until) : null }))
    .filter(({ days_left: days }) => days >= -LATELY_DAYS)
  return {
    waiting: waiting.sort(soonest),
    moving: rest.filter(isMoving),
    later: later.sort(soonest),
    over: rest.filter((one) => !isMoving(one)),
  }
}

/**
 * What its own page offers somebody about renewing a licence, as `{words, told, renewal}`; null where
 * there is nothing. Without a renewal the hall is asked whether one can begin.
 */
export function renewingOf(licence, renewals, days) {
  const renewal = renewals.find((one) => one.licence.id === licence.id && faceOf(one) !== 'over') ?? null
  if (renewal) {
    const isOneTap = faceOf(renewal) === 'ask' && isByRule(renewal)
    return { renewal, words: isOneTap ? t('一键延续') : t('看这次延续'), told: toDo(renewal) || renewal.state_text }
  }
  const isNear = days !== null && days <= NEAR_DAYS && days >= -LATELY_DAYS
  return isNear && stillTheirs(licence) ? { renewal, words: t('续办'), told: '' } : null
}
