// Asking a person for what a deed needs besides the press of a button.

import { byId } from './dom.js'

const settlers = new Map() // of each dialog whose question has no answer yet: what gives it

/**
 * Open the dialog `<name>-dialog` with its form emptied; each of `words` goes to the places marked
 * `data-<its name>`. What the form holds, or null when somebody thinks better of it.
 */
export function ask(name, words = {}) {
  const dialog = byId(`${name}-dialog`)
  const form = dialog.querySelector('form')
  settlers.get(dialog)?.() // browsers tell of a close later, so a quick hand can ask again before
  form.reset()
  for (const [word, text] of Object.entries(words)) {
    for (const place of dialog.querySelectorAll(`[data-${word}]`)) place.textContent = text
  }
  dialog.returnValue = ''
  dialog.onclose = () => { if (!dialog.open) settlers.get(dialog)?.() }
  dialog.showModal()
  return new Promise((answer) => settlers.set(dialog, () => {
    settlers.delete(dialog)
    answer(dialog.returnValue === 'ok' ? Object.fromEntries(new FormData(form)) : null)
  }))
}
