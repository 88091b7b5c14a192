// Browsers only: uni-h5 draws buttons, inputs and switches as elements that no keyboard reaches and
// that no screen reader knows. WeChat's own need none of this.

const ACTIVE = 'uni-button, [role="link"], [role="button"], [role="radio"], [role="checkbox"], [role="switch"]'
const TOUCHED = ['aria-label', 'role', 'disabled', 'src']

/** Name everything for who cannot see, and let keys press what a finger can; from now on. */
export function makeReachable() {
  name(document.body)
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) for (const one of [target, ...addedNodes]) name(one)
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: TOUCHED })
  document.addEventListener('keydown', press)
}

function name(root) {
  if (root.nodeType !== Node.ELEMENT_NODE) return
  const all = (what) => [...(root.matches(what) ? [root] : []), ...root.querySelectorAll(what)]
  for (const one of all('uni-button:not([role])')) one.setAttribute('role', 'button')
  for (const one of all(ACTIVE)) one.tabIndex = one.hasAttribute('disabled') ? -1 : 0
  for (const one of all('[role="heading"]:not([aria-level])')) one.setAttribute('aria-level', '2')
  for (const one of all('uni-input[aria-label] input, uni-textarea[aria-label] textarea, uni-image[aria-label] img')) {
    hand(one.closest('[aria-label]'), one)
  }
  for (const one of all('img:not([alt])')) one.alt = ''
}

/** What is said of the outer element is said of the one that is really there. */
function hand(outer, inner) {
  inner.setAttribute(inner.tagName === 'IMG' ? 'alt' : 'aria-label', outer.getAttribute('aria-label'))
  outer.removeAttribute('aria-label')
}

function press(event) {
  const { target, key } = event
  if (!['Enter', ' '].includes(key) || !target.matches(ACTIVE)) return
  event.preventDefault()
  target.click()
}
