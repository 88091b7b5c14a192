// The pages' life, for pages mounted without uni.

import { onMounted, onUnmounted } from 'vue'

const hearing = { show: new Set(), hide: new Set() }

/** The page is covered by another, or seen again. */
export const happens = (what) => hearing[what].forEach((hear) => hear())

export const onLoad = (hear) => onMounted(() => hear({}))
export const onShow = (hear) => {
  onMounted(() => hear())
  heard('show', hear)
}
export const onHide = (hear) => heard('hide', hear)
export const onUnload = (hear) => onUnmounted(() => hear())
export const onPullDownRefresh = () => {}
export const onLaunch = () => {}

function heard(what, hear) {
  hearing[what].add(hear)
  onUnmounted(() => hearing[what].delete(hear))
}
