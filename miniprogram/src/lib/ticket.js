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

/** What to do now, as a sentence. */
export function doNow({ state, ahead, counter, nth }) {
  return {
    expected: t('到大厅后请先签到，再开始排队。'),
    waiting: ahead > 0 ? t('请在等候区等候，留意叫号。') : t('您排在最前面，请准备好材料，留意叫号。'),
    called: nth > 1 ? t('正在再次叫号，请尽快前往。') : t('请带齐材料前往办理。'),
    serving: t('正在 %(counter)s 号窗口办理。', { counter }),
    parked: t('窗口为您保留着这个号。补齐材料后请回到窗口，不必重新取号。'),
    passed: t('叫号时您没有到窗口。请点“重新排队”，不必重新取号。'),
    finished: t('已经办完，感谢您的配合。'),
    left: t('您已放弃排队。需要办理时请重新取号。'),
    closed: t('这个号已经作废。需要办理时请重新取号。'),
    cancelled: t('这个号已经取消。'),
  }[state] ?? ''
}

/** The same for a relative who watches. */
export function goesOn({ state, counter }) {
  return {
    expected: t('还没有到大厅签到。'),
    waiting: t('正在排队，请留意叫号。'),
    called: t('正在叫号，请提醒家人前往窗口。'),
    serving: t('正在 %(counter)s 号窗口办理。', { counter }),
    parked: t('窗口保留着这个号，补齐材料后回到窗口即可。'),
    passed: t('叫号时没有到窗口，请提醒家人尽快重新排队。'),
    finished: t('已经办完。'),
    left: t('已放弃排队。'),
    closed: t('这个号已经作废。'),
    cancelled: t('这个号已经取消。'),
  }[state] ?? ''
}
