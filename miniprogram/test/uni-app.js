// The pages' life, for pages mounted without uni.

import { onMounted, onUnmounted } from 'vue'

export const onLoad = (hear) => onMounted(() => hear({}))
export const onShow = (hear) => onMounted(() => hear())
export const onHide = () => {}
export const onUnload = (hear) => onUnmounted(() => hear())
export const onPullDownRefresh = () => {}
export const onLaunch = () => {}
