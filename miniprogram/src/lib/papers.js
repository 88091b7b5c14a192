// Papers that an officer asked for: into a box of the cabinet by a code, or to the hall's counter.

import { moment } from './handing.js'
import { t } from './i18n.js'
import { faceOf } from './renewals.js'

const LYING = ['in', 'emptying']

/**
 * How what is asked for comes into the hall; null where no papers are. `lies`: where they were laid in;
 * `lines`: what there is to do; `code`: what opens a box, the places, and until when; `mayAsk`: one is
 * to be had.
 */
export function papersOf(renewal) {
  const { papers } = renewal
  if (!papers || faceOf(renewal) !== 'review') return null
  const lying = papers.drop_offs.filter(({ state }) => LYING.includes(state))
  const invited = papers.drop_offs.find(({ code }) => code) ?? null
  const hasCabinet = papers.cabinets.length > 0
  return {
    lies: lying.map(({ box }) => t('材料已放入文件柜 %(box)s 号箱。', { box })),
    lines: [papers.brought ? t('工作人员会取出查看，有结果马上告诉您。') : whereTo(renewal, hasCabinet)],
    code: invited && codeWords(invited),
    mayAsk: hasCabinet && !papers.drop_offs.length && !papers.brought,
  }
}

const codeWords = ({ code, cabinets, contents, expires_at: until }) => ({
  code,
  places: cabinets.map(({ name, place }) => t('%(cabinet)s（%(place)s）', { cabinet: name, place })),
  contents,
  until: t('请在 %(time)s 前放入。', { time: moment(until) }),
})

function whereTo({ hall_name: hall, ordinary_way: way }, hasCabinet) {
  if (hasCabinet) return t('可以放进%(hall)s的智能文件柜，不用取号；也可以交到窗口。', { hall })
  return way
    ? t('请把材料交到%(hall)s窗口，可以先预约时间。', { hall })
    : t('请把材料交到%(hall)s窗口。', { hall })
}
