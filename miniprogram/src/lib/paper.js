// A PDF of the hall: WeChat's own reader shows it, a browser opens it beside the page.

import { InWords, address, authority, renewed, tokenNow } from './api.js'
import { t } from './i18n.js'

export async function openPdf(path) {
  const [status, file] = await fetched(path)
  const again = status === 401 && await renewed() ? await fetched(path) : [status, file]
  if (again[0] !== 200) throw new InWords(t('没有取到文件，请稍候再试。'))
  if (process.env.UNI_PLATFORM === 'h5') window.open(again[1], '_blank')
  else uni.openDocument({ filePath: again[1], fileType: 'pdf', showMenu: true })
}

function fetched(path) {
  return new Promise((resolve, reject) => uni.downloadFile({
    url: address(path),
    header: authority(tokenNow()),
    success: ({ statusCode, tempFilePath }) => resolve([statusCode, tempFilePath]),
    fail: () => reject(new InWords(t('网络不通，请检查网络后再试。'))),
  }))
}
