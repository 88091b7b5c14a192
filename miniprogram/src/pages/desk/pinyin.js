// Chinese by its spelling, for a machine without a keyboard of its own. Pure.

import chinese from 'simple-keyboard-layouts/build/layouts/chinese'

const CHARACTERS = Object.fromEntries(
  Object.entries(chinese.layoutCandidates).map(([syllable, characters]) => [syllable, characters.split(' ')]),
)

/** The characters spelt so, frequent ones first; while no syllable is whole, those that begin so. */
export function candidates(letters) {
  if (!letters) return []
  const begun = Object.keys(CHARACTERS).filter((syllable) => syllable.startsWith(letters)).sort()
  const all = begun.flatMap((syllable) => (syllable === letters ? CHARACTERS[syllable] : []))
  return [...new Set([...all, ...begun.flatMap((syllable) => CHARACTERS[syllable].slice(0, 8))])]
}
