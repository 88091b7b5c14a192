// Would WeChat take this? `node test/weixin.cjs dist/build/mp-weixin`: its own compilers read all
// pages; then each page's script runs against a WeChat in node, and must do there what it is for.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { open } = require('./wechat.cjs')

const ROOT = path.resolve(process.argv[2])
const COMPILERS = path.join(path.dirname(require.resolve('miniprogram-compiler/package.json')), 'bin', { linux: 'linux', darwin: 'mac', win32: 'windows' }[process.platform])
const EXE = process.platform === 'win32' ? '.exe' : ''
const CONF = JSON.parse(read('app.json'))
const PROMISED = ['home', 'items', 'item', 'book', 'appointments', 'appointment', 'ticket', 'follow', 'messages', 'me', 'identity', 'phone', 'people', 'settings', 'privacy', 'signin', 'form', 'submission', 'submissions', 'licences', 'licence', 'renewals', 'renewal', 'authorisations']

const CITIZEN = { id: 'c1', name: '张*', has_identity: false, identity_level: null, phone: null, language: 'zh-CN' }
const TICKET = { id: 't1', token: null, hall: 'h1', nth: null, check_in_until: null, number: 'A012', state: 'waiting', lane: 'A', item: 'house', items: ['house'], due_at: '2026-11-22T10:00:00.000+08:00', ahead: 3, estimate: { p50_s: 600, p90_s: 900 }, counter: null, why: { code: 'walk_in', text: '现场取号' } }
const APPOINTMENT = { id: 'a1', code: '0123456789', state: 'booked', hall: 'h1', date: '2026-11-23', slot: { id: 's1', starts_at: '2026-11-23T09:00:00.000+08:00', ends_at: '2026-11-23T09:30:00.000+08:00' }, cancel_until: '2026-11-23T07:00:00.000+08:00', check_in_opens_at: '2026-11-23T08:00:00.000+08:00', on_time_until: '2026-11-23T09:40:00.000+08:00', check_in_closes_at: '2026-11-23T10:30:00.000+08:00', warning: null, lane: 'A', item: 'house', items: ['house'], person: { id: 'p1', name: '张*' }, ticket: null, note: null }
const GUIDE = { code: 'house', name: '不动产登记', department: '自然资源局', lane: 'A', minutes: 20, bookable: true, papers: ['身份证'], form: { code: 'lease', name: '房屋租赁备案申请书' }, hall: 'h1', hall_name: '市民中心', waiting: 5, wait: null, from_afar: false }
const DAYS = [{ date: '2026-11-23', weekday: 1, state: 'open', left: 3, releases_at: null, reason: null }]
const SLOT = { id: 's2', starts_at: '2026-11-23T10:00:00.000+08:00', ends_at: '2026-11-23T10:30:00.000+08:00', left: 3 }
const HALL = { code: 'h1', name: '市民中心', address: '中山路 1 号', phone: '12345', timezone: 'Asia/Shanghai', now: '2026-11-22T09:00:00+08:00', date: '2026-11-22', open: true, gives_numbers: true, hours_today: [], remark: null, waiting: 5, load: 'quiet', wait: null, distance_m: null }

const FORM = { code: 'lease', version: 2, name: '房屋租赁备案申请书', for: 'person', note: '', fields: { name: { type: 'string', title: '承租人', widget: 'text', required: true }, since: { type: 'string', format: 'date', title: '起租日期', widget: 'date', required: true } }, groups: [{ title: '承租人', fields: [{ field: 'name' }, { field: 'since' }] }] }
const SUBMISSION = { id: 't1', code: 'K7M2Q9XW4T', state: 'draft', revision: 3, hall: 'h1', hall_name: '市民中心', item: 'house', item_name: '不动产登记', form: { code: 'lease', version: 2, name: FORM.name }, person: { id: 'p1', kind: 'person', name: '张*' }, ground: 'own', values: { name: '张三', since: '2026-11-01' }, fields: { name: { text: '张三', source: { kind: 'person', text: '本人实名信息', licence: null, on: null }, confidence: 'verified', editable: false, masked: false, others: [], changed: false } }, visible: ['name', 'since'], problems: [], materials: [{ code: 'lease', name: '租赁合同', state: 'bring', evidence: null, can_promise: true, promised: false, promise_text: '承诺内容属实' }], ticket: null, created_at: '2026-11-22T09:00:00.000+08:00', submitted_at: null, document: null, gaps: null }
const HOLDER = { id: 'p1', kind: 'person', name: '张*', number: '33**********1X', ground: 'own', until: null, reads_licences: true }
const LICENCE = { id: 'l1', kind: 'id-card', kind_name: '居民身份证', holder: { id: 'p1', kind: 'person', name: '张*' }, number: '33**1X', identifier: '1.2.156.3005.2.1', issuer_name: '公安局', issued_on: '2020-01-02', valid_from: '2020-01-02', valid_until: null, state: 'valid', state_text: '有效', version: '1', valid: true, fields: [{ name: 'address', title: '住址', text: '中山路 1 号' }], uses: [{ at: '2026-11-22T09:00:00.000+08:00', who: '大厅工作人员', hall: 'h1', hall_name: '市民中心', purpose: '办理不动产登记', fields: ['住址'] }] }
const AUTHORISATION = { id: 'x1', given: true, holder: { id: 'p1', kind: 'person', name: '张*' }, agent: { name: '李*', number: '33**1X' }, until: '2026-12-31', holds: true, created_at: '2026-11-22T09:00:00.000+08:00', ended_at: null }
const CHECK = { licence: 'l1', kind: 'food', kind_name: '食品经营许可证', holder: { id: 'p1', kind: 'person', name: '张*' }, event: 'inspection', event_text: '复核', last_day: '2027-01-31', days_left: 70, hall: 'h1', item: null, where: '市民中心' }
const RENEWAL = { id: 't1', code: 'K7M2Q9XW4T', state: 'opened', state_text: '待确认', revision: 2, kind: 'food', kind_name: '食品经营许可证', licence: { id: 'l1', number: 'JY1', holder_name: '张*', valid_until: '2026-12-20', state_text: '有效' }, holder: { id: 'p1', kind: 'person', name: '张*' }, hall: 'h1', hall_name: '市民中心', item: 'house', item_name: '许可延续', ask_from: '2026-09-21', ask_by: '2026-11-30', days_left: 28, qualifies: 'yes', decide_by: 'rule', why: [{ name: 'state_valid', title: '证照有效', answer: 'yes', reason: '没有被吊销。', evidence_text: '' }], application: { fields: [{ title: '经营场所', text: '中山路 1 号' }], new_term: { begins: '2026-12-21', ends: '2031-12-20' }, sha256: 'abc', url: '/api/v1/renewals/t1/application', made_at: '2026-11-22T09:00:00.000+08:00', verify_code: 'V' }, consent_text: '本人申请延续。', ways: [{ code: 'electronic', name: '电子证照', text: '', available: true, why_not: null }], address: null, progress: [], decision: null, contestable: false, silence: null, new_licence: null, delivery: null, zeros: { fields_typed: 0, files_uploaded: 0, trips: 0, days_waited: 0 }, ordinary_way: { hall: 'h1', item: 'house', item_name: '许可延续', text: '' }, asked_for: null }
const RENEWED = { ...RENEWAL, state: 'issued', state_text: '已发新证', decision: { granted: true, by: 'rule', by_text: '', reason: null, at: '2026-11-22T09:00:01.000+08:00' }, new_licence: { id: 'l2', number: 'JY1', valid_from: '2026-11-22', valid_until: '2031-12-20' } }
const VERIFIED = { ...CITIZEN, has_identity: true, identity_level: 'verified' }

function read(name) {
  return fs.readFileSync(path.join(ROOT, name), 'utf8')
}

function files(suffix) {
  return fs.readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(suffix)).sort()
}

const CHECKS = {
  'every page that is promised is there, whole, with its components'() {
    assert.deepEqual(CONF.pages.map((page) => page.split('/')[1]).sort(), [...PROMISED].sort())
    for (const page of CONF.pages) {
      for (const suffix of ['js', 'json', 'wxml']) assert.ok(fs.existsSync(path.join(ROOT, `${page}.${suffix}`)), `${page}.${suffix}`)
    }
    for (const name of files('.json')) {
      for (const where of Object.values(JSON.parse(read(name)).usingComponents ?? {})) {
        const at = where.startsWith('/') ? where : path.join(path.dirname(name), where)
        assert.ok(fs.existsSync(path.join(ROOT, `${at}.wxml`)), `${name} uses ${where}`)
      }
    }
  },

  'WeChat\'s compilers read all of it'() {
    for (const [compiler, suffix, ...options] of [['wcc', '.wxml', '-d'], ['wcsc', '.wxss']]) {
      const binary = path.join(COMPILERS, compiler + EXE)
      fs.chmodSync(binary, 0o755)
      const compiled = execFileSync(binary, [...options, ...files(suffix).map((name) => `./${name}`)], { cwd: ROOT, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] })
      assert.ok(compiled.length > 1000, `${compiler} gave nothing`)
    }
  },

  'nothing comes from elsewhere'() {
    for (const name of files('.wxss')) assert.doesNotMatch(read(name), /(https?:)?\/\/[a-z]/i, name)
  },

  async 'signing in asks WeChat, and whoever comes back signed in is seen home'() {
    const phone = open(ROOT, server({ sandbox: false }))
    const page = await phone.page('pages/signin/index')
    assert.match(page.says(), /微信登录/)
    await page.tap('微信登录')
    const session = phone.asked.find(({ url }) => url.includes('/session'))
    assert.deepEqual(JSON.parse(session.data), { code: 'wechat-code' })
    assert.equal(phone.stored.get('shunhao.session').token, 'token-1')
    assert.ok(phone.done.some(([name]) => name === 'switchTab'))
    page.close()

    const home = await phone.page('pages/home/index')
    const mine = phone.asked.find(({ url }) => url.includes('/me/tickets'))
    assert.equal(mine.header.Authorization, 'Bearer token-1')
    assert.match(home.says(), /A012/)
    assert.match(home.says(), /前面 3 人/)
    assert.match(home.says(), /明天.*09:00–09:30.*不动产登记/)
    await home.tap('按远近排列')
    assert.ok(phone.asked.some(({ url }) => /\/halls\?latitude=30\.2&longitude=120\.2&/.test(url)))
    home.close()
  },

  async 'a phone number comes from WeChat\'s button; a person who says no is left alone'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(CITIZEN))
    const page = await phone.page('pages/phone/index')
    await page.tap('使用微信绑定的手机号', { errMsg: 'getPhoneNumber:fail user deny' })
    assert.ok(!phone.asked.some(({ method }) => method === 'PUT'))
    await page.tap('使用微信绑定的手机号', { code: 'phone-code' })
    const put = phone.asked.find(({ method }) => method === 'PUT')
    assert.match(put.url, /\/me\/phone\?/)
    assert.deepEqual(JSON.parse(put.data), { code: 'phone-code' })
    page.close()
  },

  async 'who one is asks for the phone first, and says that a phone of somebody else opens nothing'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(CITIZEN))
    const page = await phone.page('pages/identity/index')
    assert.match(page.says(), /先登记手机号.*看过您身份证的人也知道.*再登记姓名和证件号码/s)
    await page.tap('使用微信绑定的手机号', { code: 'phone-code' })
    assert.match(phone.asked.find(({ method }) => method === 'PUT').url, /\/me\/phone\?/)
    page.close()

    const known = { ...CITIZEN, has_identity: true, phone: '138****1234' }
    for (const [level, words] of [['agreed', /还没有核实是本人.*换用本人名下的手机号/s], ['verified', /已核实是本人/]]) {
      const me = { ...known, identity_level: level }
      const hall = server({ sandbox: false })
      const mine = await open(ROOT, (request) => (/\/me\?/.test(request.url) ? [200, me] : hall(request)), signedIn(me)).page('pages/identity/index')
      assert.match(mine.says(), words)
      mine.close()
    }
  },

  async 'a booking shows its code, what to bring and when to come, and can be changed'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(CITIZEN))
    const page = await phone.page('pages/appointment/index', { id: 'a1' })
    for (const words of [/0123 456 789/, /身份证/, /明天 08:00 起可以签到/]) assert.match(page.says(), words)
    await page.tap('改约时间')
    assert.ok(phone.done.some(([name, { url } = {}]) => name === 'navigateTo' && url === '/pages/book/index?appointment=a1'))
    page.close()
    const book = await phone.page('pages/book/index', { appointment: 'a1' })
    assert.match(book.says(), /原来约的是 11月23日 周一 09:00–09:30/)
    assert.ok(phone.asked.some(({ url }) => /\/halls\/h1\/slots\?item=house&date=2026-11-23&all=1/.test(url)))
    book.close()
  },

  async 'a form opens filled, is submitted in one tap, and its paper is opened by WeChat'() {
    let state = 'draft'
    const hall = server({ sandbox: false })
    const phone = open(ROOT, (request) => {
      if (request.url.includes('/submit?')) state = 'submitted'
      return /\/submissions(\?|\/t1[/?])/.test(request.url) && !request.url.includes('/me/') ? [200, { ...SUBMISSION, state }] : hall(request)
    }, signedIn({ ...CITIZEN, has_identity: true, identity_level: 'verified' }))
    const form = await phone.page('pages/form/index', { hall: 'h1', item: 'house' })
    const begun = phone.asked.find(({ method, url }) => method === 'POST' && /\/submissions\?/.test(url))
    assert.deepEqual(JSON.parse(begun.data), { hall: 'h1', item: 'house', person: 'p1' })
    assert.match(form.says(), /已自动填好 1\/2 项/)
    await form.tap('看着都对，提交')
    const submitted = phone.asked.find(({ url }) => url.includes('/submit?'))
    assert.deepEqual(JSON.parse(submitted.data), { revision: 3, promises: [] })
    assert.ok(phone.done.some(([name, { url } = {}]) => name === 'redirectTo' && url === '/pages/submission/index?id=t1&made=1'))
    form.close()
    const submission = await phone.page('pages/submission/index', { id: 't1', made: '1' })
    assert.match(submission.says(), /K7M2Q 9XW4T/)
    await submission.tap('看申请书（PDF）')
    const asked = phone.done.find(([name]) => name === 'downloadFile')[1]
    assert.match(asked.url, /\/submissions\/t1\/document\?/)
    assert.equal(asked.header.Authorization, 'Bearer token-1')
    assert.deepEqual(phone.done.find(([name]) => name === 'openDocument')[1].filePath, 'wxfile://tmp.pdf')
    submission.close()
  },

  async 'a licence is shown by a code that must not be photographed'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn({ ...CITIZEN, has_identity: true, identity_level: 'verified' }))
    const all = await phone.page('pages/licences/index')
    assert.match(all.says(), /居民身份证/)
    all.close()
    const page = await phone.page('pages/licence/index', { id: 'l1' })
    assert.match(page.says(), /中山路 1 号/)
    await page.tap('出示')
    assert.match(page.says(), /不要截图/)
    page.close()
  },

  async 'a renewal is one tap: what was read is confirmed, and the new licence is there'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(VERIFIED))
    const page = await phone.page('pages/renewal/index', { id: 't1' })
    for (const words of [/点一下，就能延续/, /2026年12月20日/, /2031年12月20日/, /本人申请延续/]) assert.match(page.says(), words)
    await page.tap('同意并一键延续')
    const made = phone.asked.find(({ url }) => url.includes('/confirm?'))
    assert.deepEqual(JSON.parse(made.data), { revision: 2, sha256: 'abc', consent: true, way: 'electronic' })
    assert.match(page.says(), /办好了.*新证照有效至 2031年12月20日/)
    await page.tap('看新证照')
    assert.ok(phone.done.some(([name, { url } = {}]) => name === 'navigateTo' && url === '/pages/licence/index?id=l2'))
    page.close()
  },

  async 'an application that has changed is shown again; without a line the same tap is made again'() {
    const hall = server({ sandbox: false })
    const answers = [[409, { code: 'application_changed', detail: '有变化' }], 'cut']
    let now = RENEWAL
    const phone = open(ROOT, (request) => {
      if (request.url.includes('/confirm?')) return answers.shift() ?? hall(request)
      return /\/me\/renewals\/t1/.test(request.url) ? [200, now] : hall(request)
    }, signedIn(VERIFIED))
    const page = await phone.page('pages/renewal/index', { id: 't1' })
    now = { ...RENEWAL, revision: 3, application: { ...RENEWAL.application, sha256: 'def', fields: [{ title: '经营场所', text: '解放路 2 号' }] } }
    await page.tap('同意并一键延续')
    assert.match(page.says(), /刚有变化，请再看一遍/)
    await page.tap('同意并一键延续')
    assert.match(page.says(), /网络不通.*不会重复申请/)
    await page.tap('同意并一键延续')
    assert.match(page.says(), /办好了/)
    const tapped = phone.asked.filter(({ url }) => url.includes('/confirm?'))
    assert.deepEqual(tapped.map(({ data }) => JSON.parse(data).sha256), ['abc', 'def', 'def'])
    const [, lost, again] = tapped.map(({ header }) => header['Idempotency-Key'])
    assert.equal(lost, again)
    page.close()
  },

  async 'a forged link, or one that is not ours, leads to what is'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(VERIFIED))
    for (const query of [{ id: '../../me' }, { id: 'somebody-elses' }, {}]) {
      const page = await phone.page('pages/renewal/index', query)
      assert.match(page.says(), /这个链接打不开.*没有找到/)
      await page.tap('看我的证照什么时候到期')
      page.close()
    }
    assert.ok(phone.asked.every(({ url, method }) => method !== 'POST' && !url.includes('/../')))
    assert.equal(phone.done.filter(([name, { url } = {}]) => name === 'redirectTo' && url === '/pages/renewals/index').length, 3)
  },

  async 'what ends is seen on the first page, in one\'s own and in all of it; reminders can be switched off'() {
    const phone = open(ROOT, server({ sandbox: false }), signedIn(VERIFIED))
    for (const name of ['home', 'renewals']) {
      const page = await phone.page(`pages/${name}/index`)
      assert.match(page.says(), /还有 28 天到期.*条件都符合，点一下就能延续|条件都符合，点一下就能延续.*还有 28 天到期/)
      page.close()
    }
    const me = await phone.page('pages/me/index')
    assert.match(me.says(), /1 项待办/)
    me.close()
    const settings = await phone.page('pages/settings/index')
    assert.match(settings.says(), /证照到期提醒.*到期前会提醒|到期前会提醒.*证照到期提醒/)
    settings.close()
    const privacy = await phone.page('pages/privacy/index')
    assert.match(privacy.says(), /取号记录/)
    assert.match(privacy.says(), /发证机关的登记/)
    privacy.close()
  },

  async 'every page opens, and is quiet, whatever the server says'() {
    const complaints = []
    console.error = (...words) => complaints.push(words.map(String).join(' '))
    console.warn = console.error
    const answers = { well: server({ sandbox: false }), nothing: () => [404, { code: 'not_found', detail: '没有找到。' }], gateway: () => [502, '<html>'] }
    for (const [how, answer] of Object.entries(answers)) {
      const phone = open(ROOT, answer, signedIn(CITIZEN))
      for (const name of CONF.pages) {
        const page = await phone.page(name, { id: 't1', hall: 'h1', item: 'house', token: 'x' })
        assert.ok(phone.done.some(([what, { title } = {}]) => what === 'setNavigationBarTitle' && title), `${name} has no title`)
        page.close()
        assert.deepEqual(complaints, [], `${name}, answered ${how}`)
      }
    }
  },
}

/** What a phone keeps of whoever has signed in on it. */
const signedIn = (citizen) => ({ 'shunhao.session': { token: 'token-1', citizen, name: null } })

/** A hall that answers as the contract says, so far as a page needs it to be drawn. */
function server({ sandbox }) {
  return ({ url, method }) => {
    const at = new URL(url).pathname.replace('/api/v1', '')
    if (at === '/client') return [200, { sandbox }]
    if (at === '/session') return [201, { token: 'token-1', citizen: CITIZEN }]
    if (at === '/me') return [200, CITIZEN]
    if (at === '/appointments/a1') return [200, APPOINTMENT]
    if (at === '/halls/h1/items/house') return [200, GUIDE]
    if (at === '/halls/h1/days') return [200, DAYS]
    if (at === '/halls/h1/slots') return [200, [SLOT]]
    if (at === '/appointments') return [200, [APPOINTMENT]]
    if (at === '/halls/h1/items') return [200, [{ code: 'house', name: '不动产登记' }]]
    if (at === '/me/tickets') return [200, [TICKET]]
    if (at === '/halls') return [200, [HALL]]
    if (at.startsWith('/forms/lease')) return [200, FORM]
    if (at === '/me/holders') return [200, [HOLDER]]
    if (at === '/me/submissions') return [200, [SUBMISSION]]
    if (at === '/submissions' || at === '/submissions/t1') return [200, SUBMISSION]
    if (at === '/me/licences') return [200, [LICENCE]]
    if (at === '/me/licences/l1' || at === '/me/licences/t1') return [200, LICENCE]
    if (at === '/me/licences/l1/show') return [201, { code: 'c', url: 'https://hall.example/verify/c', expires_at: '2026-11-22T09:02:00.000+08:00' }]
    if (at === '/me/renewals') return [200, [RENEWAL]]
    if (at === '/me/renewals/t1/confirm') return [200, RENEWED]
    if (at === '/me/renewals/t1' || at === '/me/renewals/t1/open') return [200, RENEWAL]
    if (at === '/me/checks') return [200, [CHECK]]
    if (at === '/me/erasure') return [200, { hindrances: [], goes: [{ name: '取号记录', why: '' }], stays: [{ name: '证照', why: '发证机关的登记' }] }]
    if (at === '/me/reminders') return [200, [{ holder: 'p1', name: '张*', stopped_kinds: [], all: false }]]
    if (at === '/me/authorisations') return [200, [AUTHORISATION]]
    if (method === 'PUT') return [200, {}]
    return [404, { code: 'not_found', detail: '没有找到。' }]
  }
}

async function main() {
  let failed = 0
  for (const [what, check] of Object.entries(CHECKS)) {
    try {
      await check()
      console.log(` ✓ ${what}`)
    } catch (error) {
      failed += 1
      console.log(` ✗ ${what}\n${error.stderr ?? ''}${error.stack}`)
    }
  }
  process.exit(failed ? 1 : 0)
}

process.on('unhandledRejection', (error) => { console.log('a promise nobody waits for failed:', error); process.exitCode = 1; process.exit(1) })
main()
