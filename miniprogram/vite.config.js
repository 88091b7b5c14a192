import { readFileSync } from 'node:fs'
import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

const ICONS = new URL('./node_modules/wot-design-uni/components/wd-icon/wd-icons.ttf', import.meta.url)
const STYLES = /\.(css|wxss)$/
const REMOTE = String.raw`url\(["']?(?:https?:)?//(?:cdn\.dcloud\.net\.cn|at\.alicdn\.com)[^)]*\)`

/**
 * uni-h5's and wot's styles point at pictures and fonts on public networks, which a hall's own may
 * not reach and our CSP forbids. A browser finds wot's icons in a second @font-face; WeChat is
 * given them in the style itself.
 */
const nothingFromElsewhere = {
  name: 'nothing-from-elsewhere',
  enforce: 'post',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'asset' || !STYLES.test(file.fileName)) continue
      const font = file.fileName.endsWith('.wxss')
        ? `@font-face{font-family:wd-icons;src:url(data:font/ttf;base64,${readFileSync(ICONS, 'base64')})}`
        : ''
      file.source = String(file.source)
        .replace(/@font-face\s*\{[^}]*at\.alicdn\.com[^}]*\}/g, font)
        .replace(new RegExp(REMOTE, 'g'), 'none')
    }
  },
}

export default defineConfig({
  plugins: [uni(), nothingFromElsewhere],
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8000' } },
})
