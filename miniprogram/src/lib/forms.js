// Forms' definitions: the version a submission keeps, read once in each language.

import { get } from './api.js'
import { language } from './i18n.js'

const known = new Map()

export async function definitionOf({ code, version }) {
  const name = `${language.value} ${code} ${version}`
  if (!known.has(name)) known.set(name, await get(`/forms/${encodeURIComponent(code)}/versions/${version}`))
  return known.get(name)
}

/** Whoever is asked first, of those a form can be about: '' where it must be chosen, null where nobody is. */
export function firstFor(form, holders) {
  const those = suiting(form, holders)
  if (form.for !== 'firm') return those.find(({ ground }) => ground === 'own')?.id ?? those[0]?.id ?? null
  return those.length > 1 ? '' : those[0]?.id ?? null
}

/** Those a form can be about. */
export const suiting = (form, holders) => holders.filter(({ kind }) => form.for === 'either' || form.for === kind)
