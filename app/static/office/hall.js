// The hall's file: judged first, line by line, then brought in exactly as it was judged.

import { drawDeeds } from './deeds.js'
import { forget, judgeFiles } from './judged_file.js'
import { send, tell } from './office.js'
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
let judged = null // the file without faults: {text, checked, changes}

function showGood(text, { checked, warnings, size, changes }) {
  judged = { text, checked, changes }
  say('size', _('%(name)s：%(counters)s 个窗口，%(departments)s 个部门，%(lanes)s 条队列，%(items)s 个事项。', size))
  fill('warnings', warnings.map((words) => el('li', {}, words)))
  fill('changes', (changes ?? []).map(changeRow))
  show('changed', Boolean(changes?.length))
  show('same', !changes?.length)
  say('same', changes ? _('内容没有变化。') : _('现在的文件没有留存，不能逐项比较。'))
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
  const { text, checked, changes } = judged
  const told = changes
    ? _('将改动 %(n)s 处。', { n: changes.length })
    : _('现在的文件没有留存，不能逐项比较。')
  if (!await ask('load', { told })) return
  const report = await send('/staff/hall-file/load', { text, checked })
  if (!report) return
  forget()
  tell(changes ? _('已载入，改动 %(n)s 处。', { n: changes.length }) : _('已载入。'))
  drawLoads().catch(() => {})
}

judgeFiles('/staff/hall-file/check', {
  countFaults: (n) => _('%(n)s 处错误，不能载入', { n }),
  showGood,
})
byId('load').addEventListener('click', load)
drawLoads().catch(() => {})
