// What the phone keeps between two visits. A phone that keeps nothing (a private window) works on.

const NAME = (name) => `shunhao.${name}`

export const kept = {
  get(name) {
    try {
      return uni.getStorageSync(NAME(name)) || null
    } catch {
      return null
    }
  },
  set(name, value) {
    try {
      uni.setStorageSync(NAME(name), value)
    } catch { /* full, or not allowed */ }
  },
  drop(name) {
    try {
      uni.removeStorageSync(NAME(name))
    } catch { /* not allowed */ }
  },
}
