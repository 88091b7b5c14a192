import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import './pages/desk/door.js'
// #endif

export function createApp() {
  return { app: createSSRApp(App) }
}
