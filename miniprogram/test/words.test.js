// Everything people read can be read in English, and the catalogue holds nothing stale.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PARTS, en } from '../src/words/en/index.js'

const SOURCE = join(__dirname, '..', 'src')
const SAID = /\bt\(\s*'((?:[^'\\\n]|\\.)+)'/g
const CHINESE = /[\u4e00-\u9fff]/
const OWN_NAME = "'zh-CN': '中文'"

const files = readdirSync(SOURCE, { recursive: true })
  .filter((name) => /\.(js|vue)$/.test(name) && !name.startsWith('words/'))
const code = (name) => readFileSync(join(SOURCE, name), 'utf8')
  .replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '')
  .replace(OWN_NAME, '')
const said = new Set(files.flatMap((name) => [...code(name).matchAll(SAID)].map(([, words]) => words)))
const places = (words) => [...words.matchAll(/%\(\w+\)s/g)].map(String).sort()

describe('English', () => {
  it('has every word', () => {
    expect([...said].filter((words) => !(words in en))).toEqual([])
  })
  it('has no word that nobody says', () => {
    expect(Object.keys(en).filter((words) => !said.has(words))).toEqual([])
  })
  it('says the same of the same words in every part', () => {
    const all = Object.values(PARTS).flatMap((part) => Object.entries(part))
    expect(all.filter(([zh, words]) => en[zh] !== words)).toEqual([])
  })
  it('keeps the places', () => {
    expect(Object.entries(en).filter(([zh, words]) => String(places(zh)) !== String(places(words)))).toEqual([])
  })
})

it.each(files)('%s says nothing in Chinese only', (name) => {
  expect(code(name).replace(SAID, '').split('\n').filter((line) => CHINESE.test(line))).toEqual([])
})
