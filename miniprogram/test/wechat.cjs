// WeChat as a built mini-program sees it, in node: pages are opened, tapped and answered; what they
// ask of WeChat is kept. Only what the pages use is there; uni's own probing finds nothing.

const fs = require('node:fs')
const path = require('node:path')

const ITS_OWN = /^(create(App|Page|Component|PluginApp|SubpackageApp)|cloud|\$vueOptions)$/
const LISTENING = /^(on|off|create|get|set|show|hide|stop|remove)/

/**
 * A mini-program opened in this folder; `answer(request)` gives `[status, body]`, or 'cut', `kept` is what the
 * phone has kept of an earlier visit.
 */
function open(root, answer, kept = {}) {
  const asked = []
  const done = []
  const stored = new Map(Object.entries(kept))
  const noted = (name) => (options = {}) => { done.push([name, options]); options.success?.({}); options.complete?.({}) }
  const known = {
    request(options) {
      asked.push(options)
      setTimeout(() => {
        const said = answer(options)
        if (said === 'cut') options.fail?.({ errMsg: 'request:fail' })
        else options.success?.({ statusCode: said[0], data: said[1], header: {} })
        options.complete?.({})
      })
      return { abort() {}, onChunkReceived() {}, onHeadersReceived() {}, offChunkReceived() {} }
    },
    login: ({ success }) => { done.push(['login']); setTimeout(() => success({ code: 'wechat-code' })) },
    getLocation: ({ success }) => { done.push(['getLocation']); setTimeout(() => success({ latitude: 30.2, longitude: 120.2 })) },
    requestSubscribeMessage: (options) => {
      done.push(['requestSubscribeMessage', options])
      setTimeout(() => options.success(Object.fromEntries(options.tmplIds.map((id) => [id, 'accept']))))
    },
    downloadFile(options) {
      done.push(['downloadFile', options])
      setTimeout(() => options.success({ statusCode: 200, tempFilePath: 'wxfile://tmp.pdf' }))
    },
    getStorageSync: (name) => stored.get(name) ?? '',
    setStorageSync: (name, value) => { stored.set(name, value) },
    removeStorageSync: (name) => { stored.delete(name) },
    getNetworkType: ({ success }) => success({ networkType: 'wifi' }),
    getSystemInfoSync: () => ({ platform: 'ios', windowWidth: 390, windowHeight: 844, language: 'zh_CN', SDKVersion: '3.0.0', brand: 'x', model: 'x', system: 'iOS 17', pixelRatio: 2, version: '8' }),
    getAppBaseInfo: () => ({ language: 'zh_CN', SDKVersion: '3.0.0' }),
    getDeviceInfo: () => ({ platform: 'ios' }),
    getWindowInfo: () => ({ windowWidth: 390, pixelRatio: 2 }),
    getLaunchOptionsSync: () => ({ path: '', query: {} }),
    canIUse: () => true,
    nextTick: (then) => setTimeout(then, 0),
  }
  for (const name of ['navigateTo', 'redirectTo', 'navigateBack', 'switchTab', 'showToast', 'showModal', 'setNavigationBarTitle', 'setTabBarItem', 'setTabBarBadge', 'removeTabBarBadge', 'stopPullDownRefresh', 'setClipboardData', 'makePhoneCall', 'openLocation', 'openDocument', 'pageScrollTo']) known[name] = noted(name)
  for (const name of ['onNetworkStatusChange', 'onAppShow', 'offAppShow', 'onAppHide', 'offAppHide']) known[name] = () => {}

  globalThis.wx = new Proxy(known, {
    get: (all, name) => name in all || ITS_OWN.test(String(name)) ? all[name] : LISTENING.test(String(name)) ? () => {} : undefined,
  })
  const registered = []
  let app, shown
  globalThis.App = (options) => { app = options }
  globalThis.getApp = () => app
  globalThis.getCurrentPages = () => (shown ? [shown] : [])
  globalThis.Behavior = (options) => options
  globalThis.Page = (options) => registered.push(options)
  globalThis.Component = (options) => registered.push(options)

  for (const name of Object.keys(require.cache)) if (name.startsWith(root)) delete require.cache[name]
  require(path.join(root, 'app.js'))
  app.onLaunch?.({ path: '', query: {}, scene: 1001 })

  /** Open a page with this query; resolves to it when it has settled. */
  async function page(name, query = {}) {
    registered.length = 0
    delete require.cache[require.resolve(path.join(root, `${name}.js`))]
    require(path.join(root, `${name}.js`))
    const options = registered.at(-1)
    const does = options.methods || options
    const it = Object.assign(Object.create(does), {
      ...does, route: name, is: name, options: query, properties: {},
      data: JSON.parse(JSON.stringify(options.data || {})),
      __wxExparserNodeId__: name, __wxWebviewId__: 1,
      setData(data, then) { Object.assign(this.data, JSON.parse(JSON.stringify(data))); then?.() },
      selectComponent() {}, selectAllComponents: () => [], createSelectorQuery: () => ({}), triggerEvent() {},
    })
    shown = it
    const life = options.lifetimes || options
    for (const step of [life.created, life.attached]) step?.call(it)
    does.onLoad?.call(it, query)
    does.onShow?.call(it)
    life.ready?.call(it)
    does.onReady?.call(it)
    await settled()
    return {
      /** Everything the page hands its template. */
      says: () => JSON.stringify(it.data),
      /** Tap what shows these words. */
      async tap(words, detail = {}) {
        const handler = tapOf(fs.readFileSync(path.join(root, `${name}.wxml`), 'utf8'), it.data, words)
        it[handler]({ type: 'tap', detail, target: { dataset: {} }, currentTarget: { dataset: {} }, timeStamp: Date.now() + 1000 })
        await settled()
      },
      close() {
        does.onUnload?.call(it)
        life.detached?.call(it)
        shown = null
      },
    }
  }
  return { page, asked, done, stored }
}

/** The handler of the innermost thing that can be tapped and shows these words. */
function tapOf(wxml, data, words) {
  const shows = Object.keys(data).filter((name) => data[name] === words)
  for (const name of shows) {
    const before = wxml.slice(0, wxml.indexOf(`{{${name}}}`))
    const found = [...before.matchAll(/bind(?:tap|getphonenumber)="\{\{(\w+)\}\}"/g)].at(-1)
    if (found) return data[found[1]]
  }
  throw new Error(`nothing to tap says ${words}`)
}

const settled = () => new Promise((then) => setTimeout(then, 60))

module.exports = { open }
