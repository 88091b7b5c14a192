// The words of an announcement: each is the name of a clip, and all of them make a voice's sentence.

const DIGITS = '零一二三四五六七八九'
const BREATH_BEFORE = '到'

/** 请 A 零 一 二 号 到 三 号 窗口, for A012 and counter 3. */
export function wordsOf(number, counter) {
  return ['请', ...spelled(number), '号', BREATH_BEFORE, ...read(counter), '号', '窗口']
}

/** The same as one sentence for a voice to read. */
export function sentenceOf(words) {
  return words
    .map((word) => (/[A-Z]/.test(word) ? ` ${word} ` : word === BREATH_BEFORE ? `，${word}` : word))
    .join('')
}

export const breathesBefore = (word) => word === BREATH_BEFORE

/** Digit by digit, as numbers of tickets are called out. */
function spelled(text) {
  return [...text].map((sign) => DIGITS[sign] ?? sign)
}

/** As counters are named: 十二 up to 99, then digit by digit; A3 with its letter first. */
function read(counter) {
  const [, letters, digits] = counter.match(/^(\D*)(.*)$/)
  return [...letters, ...(/^[1-9]\d?$/.test(digits) ? counted(digits) : spelled(digits))]
}

function counted(digits) {
  const [tens, ones] = digits.padStart(2, '0')
  return [
    ...(tens > '1' ? [DIGITS[tens]] : []),
    ...(tens > '0' ? ['十'] : []),
    ...(ones > '0' ? [DIGITS[ones]] : []),
  ]
}
