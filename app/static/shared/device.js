// A paired machine or screen asks now and then what it is: it goes where it was moved to, and back
// to pairing once it is disabled. Any other browser asks once and is left alone.

import { call, sleep } from './api.js'

const ASK_EVERY_MS = 30_000

async function stayItself() {
  let was = await ask()
  while (was !== null) {
    await sleep(ASK_EVERY_MS)
    const now = await ask()
    if (was && now === null) return location.replace(was.kind === 'kiosk' ? '/kiosk/' : '/screen/pair')
    if (was && now && now.page !== was.page) return location.replace(now.page)
    was = now === undefined ? was : now
  }
}

/** The device this browser is; null: none; undefined while nobody answers. */
const ask = () => call('GET', '/device').then(({ device }) => device, () => undefined)

stayItself()
