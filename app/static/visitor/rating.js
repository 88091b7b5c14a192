// Five grades in one tap, once a visit.

import { call, newKey } from '../shared/api.js'
import { byId, page, say, show } from '../shared/dom.js'
import { _ } from '../shared/language.js'

/**
 * Gives a function that shows a visit's rating as `GET …/rating` tells it; null: none to be asked.
 * `look` has it read anew, where an answer was lost.
 */
export function offerRating({ path, token, fault, look }) {
  const grades = [...byId('grades').children]
  const keys = {}

  function render(rating) {
    if (rating?.grade) fault('') // the answer was lost, and the tap was not
    show('rating', rating?.open === true)
    say('thanks', rating?.grade ? _('感谢您的评价：%(grade)s', { grade: page.grades[rating.grade] }) : '')
  }

  // What was tapped is gone: who goes by keyboard goes on from the thanks.
  function thank(rating) {
    render(rating)
    byId('thanks').focus()
  }

  async function rate(button) {
    const words = byId('remark').value.trim()
    const body = { grade: button.dataset.grade, ...(words && { words }) }
    const said = JSON.stringify(body)
    keys[said] ??= newKey() // kept until answered, as long as the same is said
    mark(button)
    grades.forEach((each) => { each.disabled = true })
    fault('')
    try {
      thank(await call('POST', path, { body, key: keys[said], token }))
    } catch (error) {
      if (!error.isOpen) delete keys[said]
      fault(error.message || _('网络不通，评价没有送到，请再点一次。'))
      if (error.code === 'already_rated') thank({ open: false, grade: error.problem.grade })
      if (error.isOpen) look()
      mark(null)
    } finally {
      grades.forEach((each) => { each.disabled = false })
    }
  }

  function mark(chosen) {
    grades.forEach((each) => each.setAttribute('aria-checked', each === chosen))
  }

  // Arrows walk, and only a press chooses: a grade cannot be taken back.
  function walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const at = grades.indexOf(event.target)
    if (!step || at < 0) return
    event.preventDefault()
    const next = grades.at((at + step) % grades.length)
    grades.forEach((each) => { each.tabIndex = each === next ? 0 : -1 })
    next.focus()
  }

  grades.forEach((each) => each.addEventListener('click', () => rate(each)))
  byId('grades').addEventListener('keydown', walk)
  return render
}
