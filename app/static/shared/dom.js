// Small change for pages. Text goes in as text: nothing a person typed ever becomes markup.

import { _ } from './language.js'

/** What the server told this page when it made it. */
export const page = JSON.parse(document.body.dataset.page ?? '{}')

export const byId = (id) => document.getElementById(id)

/** An element with attributes (`on…`: listeners) and children; what is null or false is left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else if (value !== null && value !== false) made.setAttribute(name, value)
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false))
  return made
}

export const fill = (id, ...children) => byId(id).replaceChildren(...children.flat())

/** Text into an element, only where it differs: screen readers speak what changes. */
export function say(id, text) {
  const place = byId(id)
  if (place.textContent !== text) place.textContent = text
}

export const show = (id, shown = true) => { byId(id).hidden = !shown }

/** 10:32, in the hall's zone, from a time as the API writes it. */
export const clockOf = (time) => time.slice(11, 16)

/** Calls `tick` each second with the hall's wall time; `set` corrects it by the server's. */
export function hallClock(tick) {
  let ahead = null
  setInterval(() => ahead !== null && tick(new Date(performance.now() + ahead)), 1000)
  return (serverTime) => {
    // Read as UTC, the wall time of the hall comes out unchanged whatever zone this machine has.
    ahead = Date.parse(`${serverTime.slice(0, 19)}Z`) - performance.now()
    tick(new Date(performance.now() + ahead))
  }
}

const DAY = { month: 'long', day: 'numeric', weekday: 'long', timeZone: 'UTC' }

/** 11月24日星期二 10:32 */
export function inWords(wall) {
  const day = wall.toLocaleDateString(document.documentElement.lang, DAY)
  return `${day} ${wall.toISOString().slice(11, 16)}`
}

/** An estimate as people say it, from likely to rather long: 约 5–12 分钟; '' where there is none. */
export function waitWords({ p50_s: likely, p90_s: long }) {
  if (likely === null) return ''
  const from = Math.max(1, Math.round(likely / 60))
  if (long === null) return _('%(from)s 分钟以上', { from })
  if (long < 60) return _('不到 1 分钟')
  const to = Math.ceil(long / 60)
  return from < to ? _('约 %(from)s–%(to)s 分钟', { from, to }) : _('约 %(to)s 分钟', { to })
}
