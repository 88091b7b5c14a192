import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

const OURS_TO_WECHAT = ['view', 'text', 'image', 'button', 'scroll-view', 'picker', 'switch', 'input']

export default defineConfig({
  plugins: [vue({
    template: { compilerOptions: { isCustomElement: (tag) => OURS_TO_WECHAT.includes(tag) || tag.startsWith('wd-') } },
  })],
  test: {
    env: { UNI_PLATFORM: 'h5', TZ: 'Europe/Berlin' },
    environment: 'happy-dom',
    include: ['test/**/*.test.js'],
    setupFiles: ['test/setup.js'],
    unstubEnvs: true,
    server: { deps: { inline: [/@dcloudio/] } },
  },
  resolve: { alias: { '@dcloudio/uni-app': new URL('./test/uni-app.js', import.meta.url).pathname } },
})
