// One ticket on its owner's phone.

import { call, newKey } from '../shared/api.js'
import { byId, clockOf, page, say, show, waitWords } from '../shared/dom.js'
import { keepLive } from '../shared/live.js'

const token = page.ticket.token
const path = `/tickets/${page.ticket.id}`
let keys = {}
let state = ''

const WORDS = {
  expected: () => '到大厅后请先在取号机签到，再开始排队。',
  waiting: (ticket) => ticket.ahead
    ? `您前面还有 ${ticket.ahead} 人，请在等候区等候。`
    : '您排在本队列最前面，请准备好材料，留意叫号。',
  called: (ticket) => `请到 ${ticket.counter} 号窗口办理。`,
  serving: (ticket) => `正在 ${ticket.counter} 号窗口办理。`,
  parked: () => '窗口为您保留着这个号。补齐材料后请回到窗口，不必重新取号。',
  passed: () => '叫号时您没有到窗口。请点“重新排队”，不必重新取号。',
  finished: () => '已经办完，感谢您的配合。',
  left: () => '您已放弃排队。需要办理时请重新取号。',
  closed: () => '这个号已经作废。需要办理时请重新取号。',
  cancelled: () => '这个号已经取消。',
}

function render(ticket) {
  state = ticket.state
  say('number', ticket.number)
  say('state', page.states[state])
  byId('state').dataset.state = state
  say('words', WORDS[state](ticket))
  say('lane', `${ticket.lane} ${page.lanes[ticket.lane] ?? ''}`)
  say('why', ticket.why.text)
  say('due', clockOf(ticket.due_at))
  const wait = waitWords(ticket.estimate)
  say('wait', wait)
  for (const part of ['wait-name', 'wait']) show(part, wait !== '')
  for (const action of ['leave', 'rejoin']) show(action, page.moves[action].includes(state))
  document.title = `${ticket.number} ${page.states[state]}`
}

async function act(action) {
  keys[action] ??= newKey() // kept until answered: a lost answer is asked for again, not done again
  const buttons = [byId('leave'), byId('rejoin')]
  buttons.forEach((button) => { button.disabled = true })
  show('fault', false)
  try {
    render(await call('POST', `${path}/${action}`, { key: keys[action], token }))
    delete keys[action]
  } catch (error) {
    if (!error.isOpen) delete keys[action]
    say('fault', error.message || '网络不通，这次操作没有收到答复，请再点一次。')
    show('fault')
    ring()
  } finally {
    buttons.forEach((button) => { button.disabled = false })
  }
}

render(page.ticket)
const ring = keepLive({
  url: `/api/v1${path}/events`,
  token,
  refresh: async () => render(await call('GET', path, { token })),
  onFresh: (is) => show('stale', !is),
})
// Time passes without news, and the estimate with it.
setInterval(() => state === 'waiting' && !document.hidden && ring(), 30_000)
byId('rejoin').addEventListener('click', () => act('rejoin'))
byId('leave').addEventListener('click', () => byId('leave-dialog').showModal())
byId('leave-dialog').addEventListener('close', (event) => {
  if (event.target.returnValue === 'ok') act('leave')
  event.target.returnValue = ''
})
