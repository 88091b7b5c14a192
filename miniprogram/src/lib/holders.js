// Whose licences and forms somebody may open, in words.

import { get } from './api.js'
import { t } from './i18n.js'
import { fullDate } from './times.js'

/** Oneself first, then the firms one stands for, who authorised one, whom one merely acts for. */
export const holders = () => get('/me/holders')

/** Why somebody may act for a holder. */
export function groundWords({ ground }) {
  return {
    own: t('本人'),
    represents: t('我是法定代表人'),
    authorised: t('授权给我'),
    declared: t('由我代办'),
  }[ground] ?? ''
}

/** A licence's state as `{words, tone}`: the hall says it. */
export const licenceState = ({ valid, state_text: words }) => ({ words, tone: valid ? 'good' : 'off' })

/** Until when it holds. */
export const untilWords = ({ valid_until: until }) =>
  (until ? t('有效期至 %(day)s', { day: fullDate(until) }) : t('长期有效'))
