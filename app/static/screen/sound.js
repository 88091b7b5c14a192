// A chime, and spoken words strung together from clips.

import { sleep } from '../shared/api.js'
import { breathesBefore } from './clips.js'

const CHIME = [[659.26, 0], [523.25, 0.42]] // hertz, and seconds after the first
const CHIME_MS = 1_200
const RING_S = 0.9
const LEAD_S = 0.05
const GAP_S = 0.05
const BREATH_S = 0.25
const STARTING_MS = 1_000
const LOADING_MS = 5_000

/**
 * The sound of this page. A browser may hold it back until somebody touches the page; `onBlocked`
 * hears whether it does.
 */
export function openSound(onBlocked) {
  const context = new AudioContext()
  const isBlocked = () => context.state !== 'running'
  const tell = () => onBlocked(isBlocked())
  context.addEventListener('statechange', tell)
  setTimeout(tell, STARTING_MS)
  for (const gesture of ['pointerdown', 'keydown']) {
    addEventListener(gesture, () => context.resume())
  }
  const load = library(context)
  return { isBlocked, chime: () => chime(context), play: (words) => play(context, load, words) }
}

/** 叮咚 */
async function chime(context) {
  const start = context.currentTime + LEAD_S
  for (const [pitch, after] of CHIME) {
    const tone = new OscillatorNode(context, { frequency: pitch })
    const volume = new GainNode(context, { gain: 0 })
    const at = start + after
    volume.gain.setValueAtTime(0, at)
    volume.gain.linearRampToValueAtTime(0.35, at + 0.01)
    volume.gain.exponentialRampToValueAtTime(0.001, at + RING_S)
    tone.connect(volume).connect(context.destination)
    tone.start(at)
    tone.stop(at + RING_S)
  }
  await sleep(CHIME_MS)
}

/** Whether all of the words have a clip that could be played. */
async function play(context, load, words) {
  let clips
  try {
    clips = await Promise.all(words.map(load))
  } catch {
    return false
  }
  const start = context.currentTime + LEAD_S
  let at = start
  for (const [n, buffer] of clips.entries()) {
    if (breathesBefore(words[n])) at += BREATH_S
    const source = new AudioBufferSourceNode(context, { buffer })
    source.connect(context.destination)
    source.start(at)
    at += buffer.duration + GAP_S
  }
  await sleep((at - start) * 1_000)
  return true
}

/** Word -> its clip, fetched once. After a failure the list is asked for again: it may have changed. */
function library(context) {
  const clips = new Map()
  let listed = null

  return async (word) => {
    if (clips.has(word)) return clips.get(word)
    try {
      listed ??= fetched('/speech/clips.json').then((answer) => answer.json())
      const clip = await fetched((await listed)[word])
      clips.set(word, await context.decodeAudioData(await clip.arrayBuffer()))
      return clips.get(word)
    } catch (error) {
      listed = null
      throw error
    }
  }
}

async function fetched(url) {
  if (!url) throw new Error('no clip of this word')
  const answer = await fetch(url, { signal: AbortSignal.timeout(LOADING_MS) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer
}
