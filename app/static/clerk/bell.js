// Two short tones when somebody comes while the counter has nothing to do.

import { kept } from './picture.js'

const MUTE = kept('mute')
const TONES = [[880, 0], [1175, .18]] // hertz, and seconds from now
const TONE_S = .16
const LOUDNESS = .2

let context = null

export const isBellOn = () => localStorage.getItem(MUTE) === null

export function setBell(on) {
  if (on) localStorage.removeItem(MUTE)
  else localStorage.setItem(MUTE, '1')
}

/** To be told of each picture: rings for the first who comes. */
export function ringForFirst({ waiting, status, ticket }, before) {
  const isFirst = before?.waiting === 0 && waiting > 0
  if (isFirst && status === 'open' && !ticket && isBellOn()) ring()
}

function ring() {
  context ??= new AudioContext()
  context.resume() // a browser keeps it silent until somebody has pressed a key
  const volume = new GainNode(context, { gain: LOUDNESS })
  volume.connect(context.destination)
  for (const [frequency, after] of TONES) {
    const tone = new OscillatorNode(context, { frequency })
    tone.connect(volume)
    tone.start(context.currentTime + after)
    tone.stop(context.currentTime + after + TONE_S)
  }
}
