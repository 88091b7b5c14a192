// The words of this page in the language its reader chose. Chinese is what the modules are written
// in, and what is shown where there is no other word.

const chosen = document.documentElement.lang
const words = chosen === 'zh-CN' ? {} : await catalogue()

/** `_('请 %(number)s 号', { number: 'A012' })`: these words, with the values in their places. */
export function _(text, values = {}) {
  return (words[text] ?? text).replaceAll(/%\((\w+)\)s/g, (place, name) => values[name] ?? place)
}

async function catalogue() {
  try {
    return await (await fetch(`/words/${chosen}.json`)).json()
  } catch {
    return {}
  }
}
