// A PDF of the hall: WeChat's own reader shows it, a browser opens it beside the page.

import { InWords, address, authority, renewed, tokenNow } from './api.js'
import { t } from './i18n.js'

export async function openPdf(path) {
  const file = await there(path)
  if (process.env.UNI_PLATFORM === 'h5') window.open(file, '_blank')
  else uni.openDocument({ filePath: file, fileType: 'pdf', showMenu: true })
}

/** A ZIP to keep: a browser saves it; WeChat cannot open one, and passes it on to a chat or to one's files. */
export async function saveCopy(path, name) {
  const file = await there(path)
  if (process.env.UNI_PLATFORM === 'h5') {
    Object.assign(document.createElement('a'), { href: file, download: `${name}.zip` }).click()
  } else {
    await new Promise((resolve, reject) => wx.shareFileMessage({
      filePath: file,
      fileName: `${name}.zip`,
      success: resolve,
      fail: ({ errMsg }) => (/cancel/.test(errMsg) ? resolve() : reject(new InWords(t('没有取到文件，请稍候再试。')))),
    }))
  }
}

async function there(path) {
  const [status, file] = await fetched(path)
  const again = status === 401 && await renewed() ? await fetched(path) : [status, file]
  if (again[0] !== 200) throw new InWords(t('没有取到文件，请稍候再试。'))
  return again[1]
}

function fetched(path) {
  return new Promise((resolve, reject) => uni.downloadFile({
    url: address(path),
    header: authority(tokenNow()),
    success: ({ statusCode, tempFilePath }) => resolve([statusCode, tempFilePath]),
    fail: () => reject(new InWords(t('网络不通，请检查网络后再试。'))),
  }))
}
