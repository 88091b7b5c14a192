// A file that is brought in exactly as it was judged: chosen or pasted, its faults shown by line.

import { complain, send, tell } from './office.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const text = byId('text')

/**
 * Have the page's file judged at `path`. `countFaults(n)` says how many faults it has;
 * `showGood(text, judged)` shows one that has none.
 */
export function judgeFiles(path, { countFaults, showGood }) {
  async function check() {
    if (!text.value.trim()) return complain(_('请先选择文件，或把内容粘贴进来。'))
    const sent = text.value
    forget()
    const judged = await send(path, { text: sent })
    if (!judged || sent !== text.value) return
    if (judged.faults.length) return showFaults(judged.faults, countFaults)
    showGood(sent, judged)
    show('good')
    byId('good-title').focus()
  }

  byId('file').addEventListener('change', open)
  byId('check').addEventListener('click', check)
  text.addEventListener('input', forget)
}

/** What was judged is no longer what stands in the field. */
export function forget() {
  tell('')
  show('faulty', false)
  show('good', false)
}

async function open() {
  const [file] = byId('file').files
  if (!file) return
  try {
    text.value = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
    forget()
  } catch {
    complain(_('文件不是 UTF-8 编码，请另存为 UTF-8 后再试。'))
  }
}

function showFaults(faults, countFaults) {
  say('faulty-title', countFaults(faults.length))
  fill('faults', faults.map(({ line, where, text: words }) => el('tr', {},
    el('td', {}, line ? el('button', { class: 'line', onclick: () => goTo(line) }, String(line)) : ''),
    el('td', {}, where),
    el('td', {}, words))))
  show('faulty')
  byId('faulty-title').focus()
}

/** Select a line of the file, so that it can be mended where it stands. */
function goTo(line) {
  const lines = text.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  text.focus()
  text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight)
}
