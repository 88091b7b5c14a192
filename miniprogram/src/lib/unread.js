// How many messages were not read yet, on the tab that leads to them.

import { onShow } from '@dcloudio/uni-app'
import { get } from './api.js'
import { session } from './session.js'

const MESSAGES = 2
const AT_MOST = 99

/** Count them each time this page is shown. Pages of tabs do: only there is the badge seen. */
export function unreadShown() {
  onShow(countUnread)
}

export async function countUnread() {
  if (!session.token) return showUnread(0)
  try {
    showUnread((await get('/me/notices/unread')).count)
  } catch { /* the last count stands */ }
}

function showUnread(count) {
  const text = count > AT_MOST ? `${AT_MOST}+` : `${count}`
  if (count) uni.setTabBarBadge({ index: MESSAGES, text, fail: () => {} })
  else uni.removeTabBarBadge({ index: MESSAGES, fail: () => {} })
}
