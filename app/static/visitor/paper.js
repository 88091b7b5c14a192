// Is a file the paper this page tells of? Its digest is made here: the file goes nowhere.

import { byId } from '../shared/dom.js'
import { _ } from '../shared/language.js'

const drop = byId('drop')

function tell(same, words) {
  const result = byId('result')
  result.textContent = words
  result.toggleAttribute('data-same', same !== null)
  if (same !== null) result.dataset.same = same ? 'yes' : 'no'
}

async function compare(file) {
  if (!file) return
  // browsers make digests for pages that came safely only
  if (!globalThis.crypto?.subtle) {
    tell(null, _('浏览器只在 https 网页上才能计算摘要，请改用 https 地址打开本页。'))
    return
  }
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  const digest = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const same = digest === byId('digest').textContent.trim()
  tell(
    same,
    same
      ? _('一致：%(file)s 与大厅出具的文件完全相同。', { file: file.name })
      : _('不一致：%(file)s 被改动过，或者不是这份文书。', { file: file.name }),
  )
}

byId('file').addEventListener('change', (event) => {
  compare(event.target.files[0])
  event.target.value = '' // the same file may be chosen again
})

for (const kind of ['dragover', 'dragleave', 'drop']) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault()
    drop.classList.toggle('over', kind === 'dragover')
    if (kind === 'drop') compare(event.dataTransfer.files[0])
  })
}

compare(byId('file').files[0]) // chosen while the page still loaded
