// What the called person brought along: their form, licences and materials. It is read after the
// call, masked until somebody opens it, which is logged, and gone from the page with the number.

import { call, newKey } from '../shared/api.js'
import { ask } from '../shared/dialog.js'
import { byId, fill, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { askGaps, askValue, forgetDialogs } from './file_asking.js'
import { drawBrief, drawWhole, gapsPaper } from './file_view.js'
import { goHome, keepFocus } from './focus.js'
import { onPicture } from './picture.js'
import { complain, send } from './sending.js'
import { itemName } from './view.js'

const STALE_MS = 20_000
const REVISION_STALE = 'revision_stale'
const PROBLEM = 422

let ticket = null // whose file it is
let brief = null // masked
let whole = null // once it was opened
let readAt = 0

const path = () => `/tickets/${ticket.id}/file`
const isOf = ({ id }) => ticket?.id === id

onPicture(({ ticket: now }) => {
  const isSame = now?.id === ticket?.id && now?.item === ticket?.item
  const isRead = performance.now() - readAt < STALE_MS
  if (!isSame) forget()
  ticket = now
  show('file', Boolean(now))
  if (now && !(isSame && isRead)) read()
})
addEventListener('pagehide', forget) // nothing of it is there for who comes back

/** No word of it stays on the page. */
function forget() {
  brief = null
  putAway()
  forgetDialogs()
  fill('file-brief')
  say('file-words', '')
}

// Reading

async function read() {
  const mine = ticket
  readAt = performance.now()
  let found
  try {
    found = await call('GET', path())
  } catch (error) {
    if (isOf(mine) && !brief) say('file-words', error.message || _('暂时读不到，稍后自动再试。'))
    return
  }
  if (!isOf(mine)) return
  brief = found
  if (!whole) draw() // what somebody reads or types in stays as it is
}

/** All of it, with every value: its purpose is the item in hand, and it is logged. */
async function open() {
  const mine = ticket
  let found
  try {
    found = await call('POST', `${path()}/open`, { body: {}, key: newKey() })
  } catch (error) {
    return complain(error.message || _('没有得到答复，请再试一次。'))
  }
  if (!isOf(mine)) return
  whole = found
  draw()
  byId('file-whole').focus()
}

/** Whether all of it is shown. */
export const isReading = () => Boolean(whole)

export function putAway() {
  whole = null
  fill('file-whole')
  draw()
}

/** Look at all of it, or put it away. */
export async function turn() {
  if (!ticket) return
  if (!whole) return open()
  putAway()
  goHome()
}

function draw() {
  const isOpen = Boolean(whole)
  document.querySelector('.beside').classList.toggle('reading', isOpen)
  byId('file-open').setAttribute('aria-expanded', String(isOpen))
  say('file-open-words', isOpen ? _('收起') : _('查看全部'))
  show('file-open', Boolean(brief?.person.name || brief?.submissions.length))
  show('file-whole', isOpen)
  show('file-brief', !isOpen)
  if (isOpen) {
    say('file-words', _('查看目的：办理“%(item)s”（%(number)s 号），本次查看已记录。', purpose()))
    fill('file-whole', drawWhole(whole, { correct, mark }))
  } else if (brief) {
    say('file-words', wordsOf(brief))
    fill('file-brief', drawBrief(brief, ticket.id))
  }
}

const purpose = () => ({ item: itemName(ticket.item), number: ticket.number })

function wordsOf({ person: { name }, submissions }) {
  if (submissions.length) return name ?? ''
  return name ? _('%(name)s，没有在线填报。', { name }) : _('没有在线填报；带来填报单的，可凭编号查找。')
}

// Deeds

/** Correct a field together with the person; what is wrong with it is said at the field. */
async function correct(submission, field) {
  const mine = ticket
  for (let problem = null; isOf(mine);) {
    const given = await askValue(field, problem)
    if (given === null || !isOf(mine)) return forgetDialogs()
    const error = await send(
      _('更正“%(field)s”', { field: field.title }),
      `/submissions/${submission.id}/corrections`,
      { ticket: mine.id, revision: submission.revision, changes: { [field.field]: given.value } },
      (answer) => corrected(answer, field),
    )
    if (error?.status !== PROBLEM) {
      forgetDialogs()
      return error?.code === REVISION_STALE && open()
    }
    problem = problemOf(error, field)
    field = { ...field, value: given.value }
  }
}

function corrected(answer, { title }) {
  replace(answer)
  read()
  return _('“%(field)s”已更正。', { field: title })
}

function replace(answer) {
  if (!whole) return
  whole = { ...whole, submissions: whole.submissions.map((one) => (one.id === answer.id ? answer : one)) }
  keepFocus(draw)
}

/** What the hall says of this field; else what it says of the whole. */
function problemOf({ message, problem }, { field }) {
  const told = problem.errors?.[field]
  return told ? [told].flat().join(' ') : message
}

/** Note that a material was seen, or that it is missing. */
async function mark(submission, material, state) {
  const words = { material: material.name }
  await send(
    state === 'seen' ? _('核验“%(material)s”', words) : _('标记缺少“%(material)s”', words),
    `/submissions/${submission.id}/materials`,
    { ticket: ticket.id, code: material.code, state },
    (answer) => {
      replace(answer)
      read()
      return state === 'seen' ? _('“%(material)s”已核验。', words) : _('“%(material)s”已标记为缺少。', words)
    },
  )
}

/** Tell all that is missing, once, as one list; and have it printed. */
export async function tellGaps() {
  if (!ticket || !brief) return
  if (brief.gaps) return printGaps()
  const mine = ticket
  if (!whole && brief.submissions.length) await open()
  if (!isOf(mine)) return
  const told = await askGaps(whole?.submissions ?? [], mine.number, page.papers[mine.item] ?? [])
  forgetDialogs()
  if (!told || !isOf(mine)) return
  if (told.isEmpty) return complain(_('清单是空的：请勾选或写明缺少什么。'))
  await send(_('一次性告知'), `/tickets/${mine.id}/gaps`, told.body, () => {
    printGaps(mine)
    read()
    return _('%(number)s 号已一次性告知，告知单在新标签页打印。', { number: mine.number })
  })
}

const printGaps = (of = ticket) => { window.open(gapsPaper(of.id), '_blank') }

/** What somebody filled without saying to whom the number belongs: by the code on its paper. */
export async function find() {
  if (!ticket) return
  const mine = ticket
  const given = await ask('find')
  if (!given || !isOf(mine)) return
  const code = given.code.replaceAll(/[\s-]/g, '').toUpperCase()
  await send(_('查找 %(code)s', { code }), '/submissions/search', { ticket: mine.id, code }, () => {
    putAway()
    read()
    return _('已找到 %(code)s，与 %(number)s 号关联。', { code, number: mine.number })
  })
}
