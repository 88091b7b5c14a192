import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hash } from '@dcloudio/uni-cli-shared'
import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

const HERE = fileURLToPath(new URL('.', import.meta.url)).replaceAll('\\', '/')
const COMPONENTS = ['src', 'node_modules/wot-design-uni/components'].flatMap((folder) => (
  readdirSync(HERE + folder, { recursive: true })
    .filter((name) => name.endsWith('.vue'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
))
/** How uni names each of them, and what is the same everywhere. */
const NAMES = COMPONENTS.map((name) => [`${hash(HERE + name)}-`, `${hash(name)}-`])
const ICONS = new URL('./node_modules/wot-design-uni/components/wd-icon/wd-icons.ttf', import.meta.url)
const FIRST_PAGE = 'src/pages/home/index.vue'
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

/**
 * uni names components by a hash of where their file lies on this machine. Hashed by where it lies in
 * here instead, so that the same sources give the same mini-program wherever they are built.
 */
const sameEverywhere = {
  name: 'same-everywhere',
  enforce: 'post',
  // in modules before they are minified, which makes other names where other letters are frequent
  transform: (code) => ({ code: named(code), map: null }),
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.fileName.endsWith('.wxml')) file.source = named(String(file.source))
    }
  },
}

/**
 * Whoever opens the pages mostly opens the first of them: what it is made of is asked for with the
 * script that will need it, and not only once that runs.
 */
const firstPageAtOnce = {
  name: 'first-page-at-once',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle }) {
      if (!bundle) return []
      const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk')
      const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.includes(FIRST_PAGE))
      const needed = new Set([first.fileName])
      for (const name of needed) bundle[name].imports.forEach((other) => needed.add(other))
      const here = chunks.filter(({ fileName, isEntry }) => needed.has(fileName) && !isEntry)
      const styles = new Set(here.flatMap(({ viteMetadata }) => [...viteMetadata.importedCss]))
      return [
        ...here.map(({ fileName }) => early({ rel: 'modulepreload', href: `./${fileName}` })),
        ...[...styles].map((name) => early({ rel: 'preload', as: 'style', href: `./${name}` })),
      ]
    },
  },
}

const early = (attrs) => ({ tag: 'link', attrs: { ...attrs, crossorigin: true }, injectTo: 'head' })

const named = (text) => NAMES.reduce((said, [here, everywhere]) => said.replaceAll(here, everywhere), text)

export default defineConfig({
  plugins: [uni(), nothingFromElsewhere, sameEverywhere, firstPageAtOnce],
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8000' } },
})
