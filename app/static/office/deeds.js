// What was changed last, and by whom, below the page it was changed on.

import { read } from './office.js'
import { clockOf, el, fill, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

/** Read the deeds at `path` into the table that deeds.html brings; `more` tells of each besides. */
export async function drawDeeds(path, more = () => []) {
  const deeds = await read(path)
  fill('deeds', deeds.map(({ at, by, text, subject, ...deed }) => el('tr', {},
    el('td', { class: 'number' }, momentOf(at)),
    el('td', {}, by || _('命令行')),
    el('td', {}, text, more(deed)),
    el('td', {}, subject))))
  show('no-deeds', !deeds.length)
}

/** 11-23 09:05 */
export const momentOf = (time) => `${time.slice(5, 10)} ${clockOf(time)}`
