// Asking a person for what a deed needs besides the press of a button.

import { byId } from './dom.js'

/**
 * Open the dialog `<name>-dialog` with its form emptied; each of `words` goes to the places marked
 * `data-<its name>`. What the form holds, or null when somebody thinks better of it.
 */
export function ask(name, words = {}) {
  const dialog = byId(`${name}-dialog`)
  const form = dialog.querySelector('form')
  form.reset()
  for (const [word, text] of Object.entries(words)) {
    for (const place of dialog.querySelectorAll(`[data-${word}]`)) place.textContent = text
  }
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((answer) => dialog.addEventListener('close', () => {
    answer(dialog.returnValue === 'ok' ? Object.fromEntries(new FormData(form)) : null)
  }, { once: true }))
}
