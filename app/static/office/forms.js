// Forms: which there are; a file judged line by line, shown as people will see it, then published.

import { drawDeeds, momentOf } from './deeds.js'
import { forget, judgeFiles } from './judged_file.js'
import { read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const STATES = { draft: _('草稿'), published: _('使用中'), retired: _('已停用') }
const WIDGETS = {
  text: _('一行文字'),
  textarea: _('多行文字'),
  number: _('数字'),
  date: _('日期'),
  radio: _('单选'),
  select: _('下拉选择'),
  checkboxes: _('多选'),
  switch: _('是或否'),
  'id-number': _('身份证号码'),
  phone: _('电话'),
}
const WAYS = { archive: _('档案里有的不用再交'), promise: _('可以承诺'), bring: _('自带') }
let judged = null // the file without faults: {text, form}

function showGood(text, { form, warnings, same }) {
  judged = { text, form }
  show('same', same)
  show('warned', Boolean(warnings.length))
  say('warned-title', _('%(n)s 处提示，不影响发布', { n: warnings.length }))
  fill('warnings', warnings.map(({ line, where, text: words }) =>
    el('li', {}, _('第 %(line)s 行，%(where)s：%(words)s', { line, where, words }))))
  say('shown-name', form.name)
  say('shown-note', form.note)
  fill('shown', form.groups.map(drawGroup))
  fill('checks', form.checks.length
    ? [el('h3', {}, _('填好以后核对')), el('ul', {}, form.checks.map((words) => el('li', {}, words)))]
    : [])
  fill('materials', form.materials.length
    ? [el('h3', {}, _('材料')), el('ul', {}, form.materials.map(drawPaper))]
    : [])
}

const drawGroup = ({ title, fields }) => el('section', {},
  el('h4', {}, title),
  el('table', {},
    el('thead', {}, el('tr', {}, ...[_('栏目'), _('怎样填'), _('依次从哪里自动填充')].map((words) => el('th', {}, words)))),
    el('tbody', {}, fields.map(drawField))))

const drawField = ({ title, required, help, name, widget, unit, options, when, sources }) => el('tr', {},
  el('td', {},
    title,
    required && el('span', { class: 'must' }, _('必填')),
    help && el('p', {}, help),
    el('p', {}, el('code', {}, name))),
  el('td', {},
    unit ? _('%(widget)s，单位：%(unit)s', { widget: WIDGETS[widget], unit }) : WIDGETS[widget],
    options.length > 0 && el('p', {}, options.map((option) => option.title).join(_('、'))),
    when && el('p', {}, _('只在这时显示：'), el('code', {}, JSON.stringify(when)))),
  el('td', {}, sources.length
    ? el('ol', {}, sources.map((source) => el('li', {}, el('code', {}, source))))
    : ''))

const drawPaper = ({ name, when, ways }) => el('li', {},
  el('b', {}, name), ' ',
  ways.map((way) => WAYS[way] ?? _('证照 %(kind)s', { kind: way.split(':')[1] })).join(_('、')),
  when && el('p', { class: 'quiet' }, _('只在这时需要：'), el('code', {}, JSON.stringify(when))))

async function publish() {
  const { text, form } = judged
  if (!await ask('publish', { told: _('发布《%(name)s》。', { name: form.name }) })) return
  const versions = await send('/staff/forms/publish', { text })
  if (!versions) return
  forget()
  draw(versions)
  tell(_('已发布《%(name)s》。', { name: form.name }))
}

async function retire(form, name) {
  if (!await ask('retire', { told: _('停用《%(name)s》。', { name }) })) return
  const versions = await send(`/staff/forms/${form}/retire`)
  if (!versions) return
  draw(versions)
  tell(_('已停用《%(name)s》。', { name }))
}

function draw(versions) {
  fill('versions', versions.map(drawVersion))
  show('no-versions', !versions.length)
  drawDeeds('/staff/forms/deeds').catch(() => {})
}

const drawVersion = ({ code, version, name, state, published_at: at, file }) =>
  el('tr', { 'data-off': state === 'retired' && '' },
    el('td', {}, name),
    el('td', {}, el('code', {}, code)),
    el('td', { class: 'number' }, String(version)),
    el('td', {}, STATES[state]),
    el('td', { class: 'number' }, at ? momentOf(at) : ''),
    el('td', {},
      file && el('a', { class: 'button', href: `/office/forms/${code}/${version}.yaml`, download: '' }, _('下载')),
      ' ',
      state === 'published' && el('button', { onclick: () => retire(code, name) }, _('停用'))))

judgeFiles('/staff/forms/check', {
  countFaults: (n) => _('%(n)s 处错误，不能发布', { n }),
  showGood,
})
byId('publish').addEventListener('click', publish)
read('/staff/forms').then(draw).catch(() => {})
