// A hall in words.

import { t } from './i18n.js'
import { clock, span } from './times.js'

/** How full it is now, as `{words, tone}`; the tone is a class of App.vue. */
export function loadOf({ open, load }) {
  if (!open) return { words: t('现在不办公'), tone: 'off' }
  return {
    quiet: { words: t('人少'), tone: 'good' },
    normal: { words: t('正常'), tone: '' },
    busy: { words: t('人多'), tone: 'warn' },
  }[load] ?? { words: t('正在办公'), tone: 'good' }
}

export function hoursOf({ hours_today: hours }) {
  if (!hours?.length) return t('今天休息')
  if (hours.some(({ opens_at: from, closes_at: to }) => clock(from) === clock(to))) return t('今天全天办公')
  const spans = hours.map(({ opens_at: from, closes_at: to }) => span(from, to))
  return t('今天 %(hours)s', { hours: spans.join(' ') })
}

/** '850 米', '3.2 公里'; nothing where it is not known. */
export function distance(metres) {
  if (metres == null) return ''
  return metres < 1000
    ? t('%(n)s 米', { n: Math.round(metres / 10) * 10 })
    : t('%(n)s 公里', { n: (metres / 1000).toFixed(1) })
}
