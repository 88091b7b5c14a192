// Whether the phone has a line at all.

import { ref } from 'vue'

export const offline = ref(false)

export function watchLine() {
  uni.getNetworkType({ success: ({ networkType }) => { offline.value = networkType === 'none' } })
  uni.onNetworkStatusChange(({ isConnected }) => { offline.value = !isConnected })
}
