// How a machine becomes itself: it shows a code until somebody on duty types that in, or is opened
// as /kiosk/#token=… and hands its token in once; the address forgets it at once.

import '../shared/device.js'
import { call, sleep } from '../shared/api.js'
import { byId, say } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const ASK_EVERY_MS = 2_000
const AGAIN_AFTER_MS = 5_000
let isHandingIn = false

function handIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return
  isHandingIn = true
  history.replaceState(null, '', location.pathname)
  const form = document.getElementById('pair')
  form.elements.token.value = token
  form.submit()
}

/** Show codes, one after another, until one of them is typed in. */
async function waitToBePaired() {
  while (!isHandingIn) {
    const begun = await begin()
    if (begun) await show(begun)
    else await sleep(AGAIN_AFTER_MS)
    await goOnIfPaired()
  }
}

/** {code, seconds}; null where there is none now, which is said. */
async function begin() {
  const csrf = document.querySelector('meta[name="csrf-token"]').content
  try {
    const body = new URLSearchParams({ asks: byId('pairing').dataset.asks })
    const response = await fetch('/screen/pairing', { method: 'POST', headers: { 'X-CSRFToken': csrf }, body })
    if (response.status === 201) return await response.json()
    if (response.status === 403) location.reload() // the page is older than its secret
    say('left', response.status === 429 ? _('等待登记的设备过多，稍后自动再试。') : '')
  } catch {
    say('left', _('连接不上系统，正在重试……'))
  }
  return null
}

async function show({ code, seconds }) {
  say('code', `${code.slice(0, 3)} ${code.slice(3)}`)
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until && !isHandingIn) {
    const minutes = Math.ceil((until - performance.now()) / 60_000)
    say('left', _('%(minutes)s 分钟内有效，过时自动换新。', { minutes }))
    await sleep(ASK_EVERY_MS)
    await goOnIfPaired()
  }
}

async function goOnIfPaired() {
  const { device } = await call('GET', '/device').catch(() => ({}))
  if (device) location.replace(byId('pairing').dataset.page ?? device.page)
}

addEventListener('hashchange', handIn)
handIn()
if (byId('code')) waitToBePaired()
