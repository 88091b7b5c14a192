// Chinese by its spelling, for a machine without a keyboard of its own. Pure.

import chinese from 'simple-keyboard-layouts/build/layouts/chinese'

const CHARACTERS = Object.fromEntries(
  Object.entries(chinese.layoutCandidates).map(([syllable, characters]) => [syllable, characters.split(' ')]),
)

const SYLLABLES = Object.keys(CHARACTERS).sort()

/** The letters that spell the first character: all, as long as a syllable begins so; else the longest
    that are one. '' when none are. */
export function syllableOf(letters) {
  if (SYLLABLES.some((syllable) => syllable.startsWith(letters))) return letters
  const whole = SYLLABLES.filter((syllable) => letters.startsWith(syllable))
  return whole.sort((one, other) => other.length - one.length)[0] ?? ''
}

/** The characters that the first syllable spells, frequent ones first; while it is not whole, those
    that begin so. */
export function candidates(letters) {
  const first = syllableOf(letters)
  if (!first) return []
  const begun = SYLLABLES.filter((syllable) => syllable.startsWith(first))
  const all = begun.flatMap((syllable) => (syllable === first ? CHARACTERS[syllable] : []))
  return [...new Set([...all, ...begun.flatMap((syllable) => CHARACTERS[syllable].slice(0, 8))])]
}
