// The sample-form desk: what counts as a card, who is still there, and how Chinese is typed by touch.

import { describe, expect, it } from 'vitest'
import { ageOf } from '../src/lib/idnumber.js'
import { presence } from '../src/pages/desk/idle.js'
import { candidates, syllableOf } from '../src/pages/desk/pinyin.js'
import { cardReader } from '../src/pages/desk/reader.js'
import { isNumeric, isOfDigits, penOf, titleOf } from '../src/pages/desk/typing.js'

const CARD = '11010519491231002X'

/** What the reader says of keys that come so far apart, in ms. */
function heard(text, apart) {
  const hear = cardReader()
  return [...text, 'Enter'].map((key, nth) => hear({ key, timeStamp: nth * apart })).at(-1)
}

describe('a card at the reader', () => {
  it('is typed faster than anybody types', () => {
    expect(heard(CARD, 5)).toEqual({ id_number: CARD })
    expect(heard(`李小明,${CARD}`, 5)).toEqual({ id_number: CARD, name: '李小明' })
    expect(heard(CARD, 150)).toBe(null)
  })
  it('is a whole number whose check character is right', () => {
    expect(heard(CARD.slice(1), 5)).toBe(null)
    expect(heard(`1${CARD}`, 5)).toBe(null)
    expect(heard('110105194912310021', 5)).toBe(null)
  })
  it('is not what somebody typed before it', () => {
    const hear = cardReader()
    hear({ key: '7', timeStamp: 0 })
    const keys = [...CARD, 'Enter'].map((key, nth) => hear({ key, timeStamp: 500 + nth }))
    expect(keys.at(-1)).toEqual({ id_number: CARD })
  })
})

describe('who has gone', () => {
  it('is asked after a minute, and everything is wiped 20 s later', () => {
    expect(presence(59, false)).toBe('here')
    expect(presence(60, false)).toEqual({ left: 20 })
    expect(presence(79, false)).toEqual({ left: 1 })
    expect(presence(80, false)).toBe('gone')
  })
  it('with the number in hand, is not asked', () => {
    expect([29, 30].map((seconds) => presence(seconds, true))).toEqual(['here', 'gone'])
  })
})

describe('Chinese by its spelling', () => {
  it('offers frequent characters first', () => {
    expect(candidates('zhong').slice(0, 3)).toContain('中')
    expect(candidates('ji').slice(0, 12)).toContain('机')
  })
  it('offers what begins so, and nothing for nothing', () => {
    expect(candidates('zho')).toContain('中')
    expect(candidates('')).toEqual([])
    expect(candidates('qqq')).toEqual([])
  })
  it('takes one syllable at a time, the longest', () => {
    expect(['lixiaoming', 'xiaoming', 'zho', 'qqq', ''].map(syllableOf)).toEqual(['li', 'xiao', 'zho', '', ''])
    expect(candidates('lixiaoming')).toContain('李')
    expect(candidates('lixiaoming')).not.toContain('小')
  })
})

describe('what is tapped', () => {
  function field(type, value = '', more = {}) {
    const made = Object.assign(document.createElement('input'), { type, value, ...more })
    document.body.append(made)
    return [made, penOf(made)]
  }
  it('goes where the cursor is, and no further than there is room', () => {
    const [made, pen] = field('text', '清路', { maxLength: 3 })
    made.setSelectionRange(1, 1)
    pen.write('河')
    pen.write('街')
    expect(made.value).toBe('清河路')
    made.setSelectionRange(2, 2)
    pen.erase()
    expect(made.value).toBe('清路')
  })
  it('begins with digits where mostly digits are written, and says what it goes into', () => {
    document.body.innerHTML = '<div data-keys="digits"><input aria-label="证件号码"></div><div aria-label="姓名"><input></div><input type="tel">'
    const [id, name, phone] = document.querySelectorAll('input')
    expect([id, name, phone].map(isOfDigits)).toEqual([true, false, true])
    expect([id, name, phone].map(isNumeric)).toEqual([false, false, true])
    expect([id, name, phone].map(titleOf)).toEqual(['证件号码', '姓名', ''])
  })
  it('makes a number whole before the page hears of it', () => {
    const [made, pen] = field('number')
    const told = []
    made.addEventListener('input', () => told.push(made.value))
    for (const key of '12.5') pen.write(key)
    expect(told).toEqual(['1', '12', '12.5'])
    expect(pen.text()).toBe('12.5')
  })
})

describe('the age a card tells', () => {
  it('is in full years', () => {
    expect(ageOf(CARD, '2026-12-30')).toBe(76)
    expect(ageOf(CARD, '2026-12-31')).toBe(77)
  })
})
