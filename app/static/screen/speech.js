// How a call is announced: a chime, then twice in the best voice there is.

import { sleep } from '../shared/api.js'
import { sentenceOf, wordsOf } from './clips.js'
import { openSound } from './sound.js'
import { say } from './voice.js'

const TIMES = 2
const PAUSE_MS = 500
const SILENT_MS = 6_000

/** Announces one call without a word: long enough to be read. */
export const showOnly = () => sleep(SILENT_MS)

/** What announces one call aloud; without a voice by clips, without a clip by another chime. */
export function speaker(onBlocked) {
  const sound = openSound(onBlocked)
  return async (made) => {
    if (sound.isBlocked()) return showOnly()
    const words = wordsOf(made.number, made.now_at)
    await sound.chime()
    for (let time = 1; time <= TIMES; time += 1) {
      const spoken = await say(sentenceOf(words), words.length) || await sound.play(words)
      if (!spoken) await sound.chime()
      await sleep(PAUSE_MS)
    }
  }
}
