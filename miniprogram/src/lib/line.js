// Whether anything comes through: WeChat says when the phone has no line, and every request shows it.

import { ref } from 'vue'

export const offline = ref(false)

export function watchLine() {
  uni.onNetworkStatusChange(({ isConnected }) => { offline.value = !isConnected })
}
