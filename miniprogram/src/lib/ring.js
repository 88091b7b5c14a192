// A call is felt and heard: a phone lies face down, and the old may see it late.

import called from '../static/called.wav'

let sound = null

/** In a browser sound may begin in a tap only: whoever wants to hear calls taps once before. */
export function wantSound() {
  sound ??= uni.createInnerAudioContext()
  sound.src = called
  sound.play()
}

export function ring() {
  uni.vibrateLong?.({ fail: () => {} })
  sound?.stop()
  sound?.play()
}

export function quiet() {
  sound?.destroy()
  sound = null
}
