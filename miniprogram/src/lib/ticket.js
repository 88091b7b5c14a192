// A number in words.

import { t } from './i18n.js'

/** States in which a number still leads to a counter. */
export const LIVE = ['expected', 'waiting', 'called', 'serving', 'parked', 'passed']

/** What its holder should know or do, in a few words. */
export function ticketWords({ state }) {
  return {
    expected: t('请到大厅签到后排队'),
    waiting: t('正在排队'),
    called: t('请到窗口办理'),
    serving: t('正在办理'),
    parked: t('暂停办理，请留意叫号'),
    passed: t('已过号，请尽快重新排队'),
    finished: t('已办结'),
    left: t('已放弃'),
    closed: t('已作废'),
    cancelled: t('已取消'),
  }[state] ?? state
}
