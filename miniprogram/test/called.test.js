import { expect, it } from 'vitest'
import { callsOf } from '../src/lib/called.js'

const waiting = { state: 'waiting', counter: null, nth: null }
const called = (nth, counter = '3') => ({ state: 'called', counter, nth })

it('rings once for each time a number is announced', () => {
  const isNew = callsOf()
  expect([waiting, called(1), called(1), called(2), waiting, called(1)].map(isNew))
    .toEqual([false, true, false, true, false, true])
})

it('rings for a call to another counter', () => {
  const isNew = callsOf()
  expect([waiting, called(1, '3'), called(1, '5')].map(isNew)).toEqual([false, true, true])
})

it('does not ring for what was called before the page was opened', () => {
  expect(callsOf()(called(1))).toBe(false)
})
