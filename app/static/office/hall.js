// The hall's file: judged first, line by line, then brought in exactly as it was judged.

import { drawDeeds } from './deeds.js'
import { complain, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const PARTS = {
  hall: _('大厅'),
  departments: _('部门'),
  lanes: _('队列'),
  counters: _('窗口'),
  items: _('事项'),
}
const HOLDS = {
  at_once: _('立即'),
  next_day: _('下一个大厅日；今天还没有取号的，今天起'),
  slots: _('立即；已有的预约不变'),
}
const UNWRITTEN = _('（未写）')
const text = byId('text')
let checked = null // what the server judged: {text, token, changes}

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

async function check() {
  if (!text.value.trim()) return complain(_('请先选择文件，或把内容粘贴进来。'))
  const sent = text.value
  forget()
  const judged = await send('/staff/hall-file/check', { text: sent })
  if (!judged || sent !== text.value) return
  if (judged.checked) showGood(sent, judged)
  else showFaults(judged.faults)
}

function showFaults(faults) {
  say('faulty-title', _('%(n)s 处错误，不能载入', { n: faults.length }))
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

function showGood(sent, { checked: token, warnings, size, changes }) {
  checked = { text: sent, token, changes }
  say('size', _('%(name)s：%(counters)s 个窗口，%(departments)s 个部门，%(lanes)s 条队列，%(items)s 个事项。', size))
  fill('warnings', warnings.map((words) => el('li', {}, words)))
  fill('changes', (changes ?? []).map(changeRow))
  show('changed', Boolean(changes?.length))
  show('same', !changes?.length)
  say('same', changes ? _('内容没有变化。') : _('现在的文件没有留存，不能逐项比较。'))
  show('good')
  byId('good-title').focus()
}

const changeRow = ({ part, entry, name, key, before, after, holds }) => el('tr', {},
  el('td', {}, PARTS[part], ' ', el('b', {}, [entry, name].filter(Boolean).join(' '))),
  el('td', {}, key ? el('code', {}, key) : wholeOf(after)),
  el('td', { class: 'was' }, key ? before ?? UNWRITTEN : ''),
  el('td', {}, key ? after ?? UNWRITTEN : ''),
  el('td', {}, HOLDS[holds]))

/** What a load changed, opened by who wants to know. */
const loadDetails = ({ count, changes }) => changes ? el('details', {},
  el('summary', {}, _('改动 %(n)s 处', { n: count })),
  el('ul', {}, changes.map(changeLine)),
  changes.length < count && '……') : []

const changeLine = ({ part, entry, name, key, before, after }) => el('li', {},
  [PARTS[part], entry, name, key || wholeOf(after)].filter(Boolean).join(' '),
  key && el('span', { class: 'quiet' }, ' ', before ?? UNWRITTEN, ' → ', after ?? UNWRITTEN))

const wholeOf = (after) => after === null ? _('停用') : _('新增')

const drawLoads = () => drawDeeds('/staff/hall-file/deeds', loadDetails)

async function load() {
  const { text: sent, token, changes } = checked
  const told = changes
    ? _('将改动 %(n)s 处。', { n: changes.length })
    : _('现在的文件没有留存，不能逐项比较。')
  if (!await ask('load', { told })) return
  const report = await send('/staff/hall-file/load', { text: sent, checked: token })
  if (!report) return
  forget()
  tell(changes ? _('已载入，改动 %(n)s 处。', { n: changes.length }) : _('已载入。'))
  drawLoads().catch(() => {})
}

/** What was judged is no longer what stands in the field. */
function forget() {
  checked = null
  tell('')
  show('faulty', false)
  show('good', false)
}

byId('file').addEventListener('change', open)
byId('check').addEventListener('click', check)
byId('load').addEventListener('click', load)
text.addEventListener('input', forget)
drawLoads().catch(() => {})
