// The words of the pages in the reader's language. Chinese is what they are written in, and what is
// shown where there is no other word.

import { ref } from 'vue'
import { kept } from './kept.js'
import { en } from '../words/en/index.js'

/** Each by the name its readers know it by. */
export const LANGUAGES = { 'zh-CN': '中文', en: 'English' }

const CATALOGUES = { en }

export const language = ref(kept.get('language') in LANGUAGES ? kept.get('language') : 'zh-CN')

export function chooseLanguage(code) {
  language.value = code
  kept.set('language', code)
}

/** `t('请 %(number)s 号', { number: 'A012' })`: these words, with the values in their places. */
export function t(text, values = {}) {
  const words = CATALOGUES[language.value]?.[text] ?? text
  return words.replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place)
}
