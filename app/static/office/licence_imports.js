// Files of licences: brought from this machine, worked off behind the scenes, their errors shown.

import { momentOf } from './deeds.js'
import { complain, read, send, tell } from './office.js'
import { Refused } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { byId, el, fill, page, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const READ_EVERY_MS = 1_500
const IDLE_EVERY_MS = 10_000
const MEGABYTE = 1024 * 1024
const OPEN = ['awaiting', 'queued', 'running']
const COUNTS = [
  ['read', _('已读行数')],
  ['new', _('新增')],
  ['updated', _('更新')],
  ['same', _('相同')],
  ['older', _('较旧')],
  ['wrong', _('有误')],
]
const form = byId('bring')

function draw(imports) {
  fill('imports', imports.map(line))
  show('nothing', !imports.length)
}

const line = (one) => el('li', { 'data-state': one.state },
  el('div', { class: 'head' },
    el('b', {}, one.name),
    el('span', { class: 'quiet number' }, momentOf(one.created_at)),
    el('span', { class: 'quiet' }, one.by || _('命令行')),
    el('span', { class: 'state' }, one.state_text)),
  one.failure && el('p', { class: 'said fault' }, one.failure),
  OPEN.includes(one.state) && el('progress', { max: one.size || 1, value: one.position, 'aria-label': _('导入进度') }),
  one.started_at && el('dl', { class: 'counts' }, COUNTS.map(([name, title]) =>
    el('div', { class: name === 'wrong' && one.wrong ? 'bad' : null },
      el('dt', {}, title), el('dd', {}, one[name].toLocaleString('en'))))),
  one.unknown_columns.length > 0 && el('p', { class: 'note' },
    _('不认识的列，没有导入：%(columns)s', { columns: one.unknown_columns.join(_('、')) })),
  el('div', { class: 'do' },
    one.wrong > 0 && one.own && el('button', { onclick: () => showFaults(one) }, _('有误的行')),
    OPEN.includes(one.state) && el('button', { onclick: () => cancel(one) }, _('取消'))))

async function bring(event) {
  event.preventDefault()
  const [file] = form.elements.file.files
  if (file.size > page.limit) {
    return complain(_('文件超过 %(n)s MB，请分成几个文件。', { n: Math.floor(page.limit / MEGABYTE) }))
  }
  const as_of = form.elements.as_of.value
  const begun = await send('/licences/imports', { name: file.name, ...(as_of && { as_of: `${as_of}T00:00:00+08:00` }) })
  if (!begun) return
  form.querySelector('button').disabled = true
  tell(_('正在上传，请不要关闭本页……'))
  try {
    await upload(begun.id, file)
    form.reset()
    tell(_('文件已收到，正在后台导入。'))
    received = begun.id
  } catch (error) {
    complain(error instanceof Refused ? error.message : _('上传中断，请再试一次。'))
    await send(`/licences/imports/${begun.id}/cancel`).catch(() => {})
    if (error instanceof Refused) complain(error.message)
  } finally {
    form.querySelector('button').disabled = false
    show('sent', false)
    refresh()
  }
}

/** The file as the request's body: fetch does not tell how far it is. */
function upload(id, file) {
  const request = new XMLHttpRequest()
  request.open('PUT', `/api/v1/licences/imports/${id}/file`)
  request.setRequestHeader('X-CSRFToken', document.querySelector('meta[name="csrf-token"]').content)
  request.setRequestHeader('Content-Type', 'application/octet-stream')
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    byId('sent').value = loaded / total
    show('sent')
  })
  return new Promise((done, failed) => {
    request.addEventListener('error', failed)
    request.addEventListener('load', () => request.status < 300
      ? done()
      : failed(request.response?.code ? new Refused(request.status, request.response) : new Error()))
    request.responseType = 'json'
    request.send(file)
  })
}

async function cancel({ id }) {
  if (!await ask('cancel')) return
  if (await send(`/licences/imports/${id}/cancel`)) tell(_('已取消。'))
  refresh()
}

async function showFaults({ id }) {
  const faults = await read(`/licences/imports/${id}/errors`).catch((error) => complain(error.message))
  if (!faults) return
  fill('faults', faults.map(({ row, licence, field, reason }) => el('tr', {},
    el('td', { class: 'number' }, String(row)),
    el('td', { class: 'number' }, licence),
    el('td', { lang: 'zh-CN' }, field),
    el('td', { lang: 'zh-CN' }, reason))))
  byId('faults-file').href = `/api/v1/licences/imports/${id}/errors.csv`
  ask('faults')
}

let timer
let received = null // the import that was told to be going on

async function refresh() {
  clearTimeout(timer)
  let soon = false
  try {
    const imports = await read('/licences/imports')
    draw(imports)
    const mine = imports.find(({ id }) => id === received)
    if (mine && !OPEN.includes(mine.state)) {
      received = null
      tell(_('%(file)s：%(state)s', { file: mine.name, state: mine.state_text }))
    }
    soon = imports.some(({ state }) => state === 'queued' || state === 'running')
  } catch (error) {
    if (error.message) complain(error.message)
  }
  timer = setTimeout(refresh, soon && !document.hidden ? READ_EVERY_MS : IDLE_EVERY_MS)
}

form.addEventListener('submit', bring)
refresh()
