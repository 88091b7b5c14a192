// The hall now: who waits, who sits where, what needs a hand; and changing it on the spot.

import { offline, read, send, tell } from './office.js'
import { ask } from '../shared/dialog.js'
import { byId, clockOf, el, fill, page, say, show, waitWords } from '../shared/dom.js'
import { _ } from '../shared/language.js'
import { keepLive } from '../shared/live.js'

const MINUTE_MS = 60_000
const STATUSES = { open: _('在办'), paused: _('已暂停'), closed: _('未开放') }
const TURNS = { open: _('已开放 %(no)s 号窗口。'), pause: _('已暂停 %(no)s 号窗口。'), close: _('已关闭 %(no)s 号窗口。') }
const NOT_SERVED = '0'
const WARNINGS_AT_MOST = 6
let hall = null // as it was last read
let turned = null // the number of the counter whose dialog is open

async function refresh() {
  hall = await read('/staff/hall')
  drawFacts()
  fill('lanes', hall.lanes.map(laneRow))
  fill('counters', hall.counters.map(counterCard))
  drawWarnings()
  drawMessage()
  drawChanges()
  if (turned) describe(counterNow())
}

const minutesSince = (time) => Math.max(0, Math.floor((Date.parse(hall.server_time) - Date.parse(time)) / MINUTE_MS))

const since = (time) => time ? _('%(n)s 分钟', { n: minutesSince(time) }) : ''

function drawFacts() {
  say('waiting', String(hall.waiting))
  say('oldest', since(hall.oldest_since) || '–')
  say('in-hand', String(hall.in_hand))
  say('finished', String(hall.finished))
  say('working', `${hall.counters_working} / ${hall.counters.length}`)
  show('hall-stopped', hall.stopped !== null)
  say('hall-stopped', hall.stopped === null ? '' : _('全厅停止取号：%(why)s', { why: hall.stopped }))
  if (!page.leads) return
  show('stop-hall', hall.stopped === null)
  show('give-hall', hall.stopped !== null)
}

function drawWarnings() {
  const lines = warningLines()
  const more = lines.slice(WARNINGS_AT_MOST)
  show('warnings-box', lines.length > 0)
  fill('warnings', lines.slice(0, WARNINGS_AT_MOST))
  show('more-warnings', more.length > 0)
  say('more-count', _('还有 %(n)s 条', { n: more.length }))
  fill('warnings-rest', more)
}

/** A line for each lane, however much it is warned of, and for each rating; the oldest first. */
function warningLines() {
  const told = new Set()
  return hall.warnings.flatMap(({ kind, lane, text, since: from }) => {
    if (kind === 'renewals') return warningLine(text, el('a', { href: '/office/renewals/desk' }, _('去审批')))
    if (lane === null) return warningLine(text, clockOf(from))
    if (told.has(lane)) return []
    told.add(lane)
    return warningLine(laneWarning(lane), _('%(time)s 起', { time: clockOf(from) }))
  })
}

const warningLine = (words, when) => el('li', {}, el('b', {}, words), el('span', { class: 'quiet' }, when))

function laneWarning(letters) {
  const { name, waiting, oldest_since: oldest } = hall.lanes.find(({ lane }) => lane === letters)
  const nobody = hall.warnings.some(({ kind, lane }) => lane === letters && kind === 'unserved_lane')
  const told = { lane: `${letters} ${name}`, n: waiting, minutes: oldest ? minutesSince(oldest) : 0 }
  return nobody
    ? _('%(lane)s：%(n)s 人，最长 %(minutes)s 分钟，没有窗口在办理', told)
    : _('%(lane)s：%(n)s 人，最长 %(minutes)s 分钟', told)
}

function laneRow(lane) {
  return el('tr', { 'data-lane': lane.lane, class: lane.hot && 'hot' },
    el('th', { scope: 'row' }, el('b', {}, lane.lane), ` ${lane.name}`,
      lane.stopped !== null && el('span', { class: 'tag warn', title: lane.stopped }, _('已停号'))),
    el('td', { class: 'number' }, String(lane.waiting)),
    el('td', { class: 'number' }, since(lane.oldest_since)),
    el('td', {}, waitWords(lane.estimate)),
    el('td', { class: 'number' }, String(lane.counters_working)),
    el('td', { class: 'deeds' }, page.leads && laneDeed(lane)))
}

function laneDeed({ lane, stopped }) {
  return stopped === null
    ? el('button', { onclick: () => stop(lane) }, _('停止取号'))
    : el('button', { onclick: () => give(lane) }, _('恢复取号'))
}

function counterCard(counter) {
  const told = [
    el('strong', {}, counter.no),
    el('span', { class: 'status' }, STATUSES[counter.status], changedMark(counter)),
    el('span', { class: 'clerk' }, counter.clerk ?? _('无人')),
    el('span', { class: 'hand' }, counter.ticket
      ? `${counter.ticket.number} · ${since(counter.ticket.since)}`
      : ''),
    el('span', { class: 'serves', title: named(counter.tiers) }, served(counter.tiers)),
  ]
  const looks = {
    class: ['counter', counter.ticket?.long && 'long'].filter(Boolean).join(' '),
    'data-no': counter.no,
    'data-status': counter.status === 'open' && !counter.clerk ? 'unmanned' : counter.status,
  }
  return el('li', {}, page.leads
    ? el('button', { ...looks, onclick: () => openCounter(counter.no) }, told)
    : el('div', looks, told))
}

const served = ([first, ...later]) => [el('b', {}, first.join(' ')), ` ${later.map((tier) => tier.join(' ')).join(' ')}`]

const named = (tiers) => tiers.flat().map((letters) => `${letters} ${page.lanes[letters]}`).join('\n')

const changedMark = ({ tiers_in_file: inFile }) => inFile !== null &&
  el('em', { title: _('平常办理：%(lanes)s', { lanes: inFile.flat().join(' ') }) }, _('已调整'))

function drawMessage() {
  if (!page.leads) return say('message-shown', hall.message || _('现在没有。'))
  const { message } = byId('message').elements
  if (document.activeElement !== message) message.value = hall.message
}

function drawChanges() {
  show('no-changes', !hall.changes.length)
  fill('changes', hall.changes.map((change) => el('li', { class: change.ended_at && 'ended' },
    el('span', { class: 'number' }, clockOf(change.at)),
    el('b', {}, change.text),
    change.reason && el('span', {}, change.reason),
    el('span', { class: 'quiet' }, change.by ?? ''),
    change.ended_at && el('span', { class: 'quiet' },
      _('%(time)s 由 %(by)s 结束', { time: clockOf(change.ended_at), by: change.ended_by ?? '' })))))
}

async function done(words) {
  tell(words)
  await ring()
}

// Numbers, message, thresholds

async function stop(lane) {
  const what = lane ? _('停止取号：%(lane)s', { lane: `${lane} ${page.lanes[lane]}` }) : _('全厅停止取号')
  const given = await ask('stop', { what })
  const stopped = given && await send('/staff/hall/stop-numbers', { lane, reason: given.reason.trim() })
  if (stopped) await done(_('已停止取号。'))
}

async function give(lane) {
  if (await send('/staff/hall/give-numbers', { lane })) await done(_('已恢复取号。'))
}

async function showMessage(message, words) {
  if (await send('/staff/hall/message', { message })) await done(words)
}

async function setThresholds() {
  const answer = ask('thresholds')
  const { elements } = byId('thresholds-dialog').querySelector('form')
  for (const [name, value] of Object.entries(hall.thresholds)) {
    if (typeof value === 'boolean') elements[name].checked = value
    else elements[name].value = value
  }
  if (!await answer) return
  const chosen = Object.fromEntries(Object.entries(hall.thresholds).map(([name, value]) =>
    [name, typeof value === 'boolean' ? elements[name].checked : Number(elements[name].value)]))
  if (await send('/staff/hall/thresholds', chosen)) await done(_('提醒标准已保存。'))
}

async function restoreThresholds() {
  byId('thresholds-dialog').close()
  if (await send('/staff/hall/thresholds/restore')) await done(_('已恢复平常的提醒标准。'))
}

// One counter

const counterNow = () => hall.counters.find(({ no }) => no === turned)

function openCounter(no) {
  turned = no
  const counter = counterNow()
  byId('counter-dialog').querySelector('form').reset()
  say('counter-title', _('%(no)s 号窗口 %(name)s', { no, name: counter.name }))
  say('counter-said', '')
  describe(counter)
  const levels = Math.max(2, counter.tiers.length)
  fill('tiers', Object.entries(page.lanes).map(([letters, name]) => tierChoice(letters, name, counter.tiers, levels)))
  byId('counter-dialog').showModal()
}

function describe(counter) {
  const said = { status: STATUSES[counter.status], clerk: counter.clerk }
  say('counter-state', counter.clerk
    ? _('%(status)s，%(clerk)s 在岗。', said)
    : _('%(status)s，没有人登录。', said))
  show('serve-in-file', counter.tiers_in_file !== null)
  for (const button of byId('counter-dialog').querySelectorAll('[data-turn]')) {
    button.disabled = { open: 'open', pause: 'paused', close: 'closed' }[button.dataset.turn] === counter.status
  }
}

function tierChoice(letters, name, tiers, levels) {
  const level = tiers.findIndex((tier) => tier.includes(letters)) + 1
  const words = (n) => n === 1 ? _('首选') : n === 2 ? _('协助') : _('第 %(n)s 级', { n })
  const select = el('select', { name: letters },
    el('option', { value: NOT_SERVED }, _('不办')),
    Array.from({ length: levels }, (none, at) => el('option', { value: at + 1 }, words(at + 1))))
  select.value = String(level)
  return el('label', {}, el('span', {}, el('b', {}, letters), ` ${name}`), select)
}

function chosenTiers() {
  const tiers = []
  for (const { name, value } of byId('tiers').querySelectorAll('select')) {
    if (value !== NOT_SERVED) (tiers[value - 1] ??= []).push(name)
  }
  return [tiers[0] ?? [], ...tiers.slice(1).filter(Boolean)]
}

async function turn(how) {
  const no = turned
  await inDialog(send(`/staff/counters/${no}/${how}`), () => _(TURNS[how], { no }))
}

async function serve() {
  const tiers = chosenTiers()
  if (!tiers[0].length) return refuse(_('请至少选一个首选队列。'))
  const reason = byId('counter-dialog').querySelector('[name=reason]').value.trim()
  await inDialog(send(`/staff/counters/${turned}/tiers`, { tiers, reason }), servedWords)
}

const servedWords = ({ no, unworked }) => unworked.length
  ? _('%(no)s 号窗口已改办。注意：现在没有窗口在办理 %(lanes)s。', { no, lanes: unworked.join(' ') })
  : _('%(no)s 号窗口已改办。', { no })

/** The dialog closes over what was done, and stays open over a refusal, which it says. */
async function inDialog(sent, words) {
  const answer = await sent
  if (!answer) return refuse(byId('said').textContent)
  byId('counter-dialog').close()
  return done(words(answer))
}

function refuse(words) {
  say('counter-said', words)
  byId('counter-said').classList.add('fault')
}

if (page.leads) {
  const { elements: { message } } = byId('message')
  byId('message').addEventListener('submit', (event) => {
    event.preventDefault()
    message.blur()
    showMessage(message.value.trim(), message.value.trim() ? _('已显示在屏幕上。') : _('屏幕上不再显示。'))
  })
  byId('message-in-file').addEventListener('click', () => showMessage(null, _('已恢复平常的屏幕信息。')))
  byId('thresholds').addEventListener('click', setThresholds)
  byId('thresholds-in-file').addEventListener('click', restoreThresholds)
  byId('stop-hall').addEventListener('click', () => stop(null))
  byId('give-hall').addEventListener('click', () => give(null))
  byId('serve').addEventListener('click', serve)
  byId('serve-in-file').addEventListener('click', () =>
    inDialog(send(`/staff/counters/${turned}/tiers/restore`), servedWords))
  byId('counter-dialog').addEventListener('close', () => { turned = null })
  for (const button of document.querySelectorAll('[data-turn]')) {
    button.addEventListener('click', () => turn(button.dataset.turn))
  }
}

const ring = keepLive({
  url: `/api/v1/halls/${encodeURIComponent(page.hall)}/events`,
  refresh,
  onFresh: offline,
  gatherMs: 1_000,
})
// a wait that grows too long rings nobody, and no more does a rating: the hall may not hear of it
setInterval(() => document.hidden || ring(), MINUTE_MS)
