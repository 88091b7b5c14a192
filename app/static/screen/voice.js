// The browser's own Chinese voice, where it has one on this machine.

const LANGUAGE = 'zh-CN'
const LOCALE = /^(zh|cmn)[-_](CN|Hans)/i
const PACE = 0.9
const START_MS = 3_000
const WORD_MS = 800
const TRIES = 3

const synthesis = window.speechSynthesis
let failures = 0
synthesis?.getVoices() // asks for the list: many browsers have it only a while later

/** Speak a sentence of so many words; whether it was spoken. Never throws: there are clips. */
export async function say(sentence, words) {
  try {
    const voice = failures < TRIES && chinese()
    if (!voice) return false
    const spoken = await utter(sentence, voice, words * WORD_MS)
    failures = spoken ? 0 : failures + 1
    return spoken
  } catch {
    failures += 1
    return false
  }
}

/** A voice from elsewhere would send what it reads there, and be silent without the internet. */
function chinese() {
  const voices = synthesis?.getVoices() ?? []
  return voices.find((voice) => LOCALE.test(voice.lang) && voice.localService !== false)
}

/** The end is not always told: a voice that began and does not end in time has spoken. */
function utter(sentence, voice, limit) {
  if (synthesis.speaking || synthesis.pending) synthesis.cancel()
  synthesis.resume() // some browsers pause a voice that was quiet for long
  const utterance = new SpeechSynthesisUtterance(sentence)
  Object.assign(utterance, { lang: LANGUAGE, rate: PACE })
  if (voice instanceof SpeechSynthesisVoice) utterance.voice = voice // else it would throw
  return new Promise((done) => {
    let timer = setTimeout(() => giveUp(false), START_MS)
    const giveUp = (spoken) => {
      synthesis.cancel()
      done(spoken)
    }
    const end = (spoken) => () => {
      clearTimeout(timer)
      done(spoken)
    }
    utterance.onstart = () => {
      clearTimeout(timer)
      timer = setTimeout(() => giveUp(true), limit)
    }
    utterance.onend = end(true)
    utterance.onerror = end(false)
    synthesis.speak(utterance)
  })
}
