"""Stand-ins for a browser's voice, and an ear for what its loudspeaker is given."""

VOICE = """
window.spoken = []
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [{ lang: 'zh-HK' }, { lang: 'zh-CN', localService: true }],
  resume() {},
  cancel() {},
  speak(utterance) {
    spoken.push(`${utterance.lang} ${utterance.text}`)
    queueMicrotask(() => { utterance.onstart(); utterance.onend() })
  },
} })
"""
"""Speaks at once; `spoken` is what it said. Its voices are none that an utterance would take."""

FOREIGN_VOICE = VOICE.replace(", { lang: 'zh-CN', localService: true }", "")
"""Speaks, but no Mandarin."""

THROWING_VOICE = VOICE.replace("speak(utterance) {", "speak(utterance) { throw new TypeError()")
"""Is there, and fails at every sentence."""

MUTE_VOICE = VOICE.replace("queueMicrotask(() => { utterance.onstart(); utterance.onend() })", "")
"""Is there, takes every sentence, and never begins."""

ENDLESS_VOICE = VOICE.replace("utterance.onend() ", "")
"""Begins, and never tells that it has ended."""

EAR = """
window.played = []
window.chimes = 0
const names = new WeakMap()
const bytes = Response.prototype.arrayBuffer
Response.prototype.arrayBuffer = async function () {
  const read = await bytes.call(this)
  names.set(read, decodeURIComponent(new URL(this.url).pathname.match(/([^/]*)[.]/)[1]))
  return read
}
const decode = BaseAudioContext.prototype.decodeAudioData
BaseAudioContext.prototype.decodeAudioData = async function (read) {
  const name = names.get(read)
  const sound = await decode.call(this, read)
  names.set(sound, name)
  return sound
}
const play = AudioBufferSourceNode.prototype.start
AudioBufferSourceNode.prototype.start = function (at) {
  played.push({ word: names.get(this.buffer), at, lasts: this.buffer.duration })
  return play.call(this, at)
}
const ring = AudioScheduledSourceNode.prototype.start
OscillatorNode.prototype.start = function (at) {
  chimes += 0.5
  return ring.call(this, at)
}
"""
"""`played` are the clips in the order they were given to the loudspeaker; a chime is two tones."""

STREAM = """
window.streamed = 0
const next = ReadableStreamDefaultReader.prototype.read
ReadableStreamDefaultReader.prototype.read = async function () {
  const read = await next.call(this)
  if (/^id: /m.test(read.value)) streamed += 1
  return read
}
"""
"""`streamed` counts what came down the event stream with an id."""
