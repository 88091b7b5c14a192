import { beforeEach, describe, expect, it } from 'vitest'

const LICENCE = { id: 'l1', number: 'JY1', holder_name: '清河面馆', valid_until: '2026-12-20', state_text: '有效' }
const TERM = { begins: '2026-12-21', ends: '2031-12-20' }
const condition = (name, answer = 'yes') => ({ name, title: name, answer, reason: `${name} ${answer}`, evidence_text: '' })
const ISSUED = { id: 'l2', number: 'JY1', valid_from: '2026-11-22', valid_until: '2031-12-20' }
const PARCEL = { way: 'courier', state: 'on_its_way', handed_over_at: null, box: null, counter: null, parcel: null, progress: [] }

/** A renewal that is opened and qualifies, unless told otherwise. */
const renewal = (more) => ({
  id: 'r1', state: 'opened', state_text: '待确认', kind_name: '食品经营许可证', licence: LICENCE, holder: { id: 'p1' },
  item_name: '食品经营许可延续', ask_by: '2026-11-20', days_left: 28, qualifies: 'yes', decide_by: 'rule',
  why: [condition('state_valid'), condition('in_window')], application: { fields: [], new_term: TERM },
  progress: [], decision: null, new_licence: null, delivery: null, asked_for: null, ordinary_way: null, ...more,
})
const granted = (more) => renewal({ state: 'issued', decision: { granted: true, by: 'rule' }, new_licence: ISSUED, delivery: PARCEL, ...more })

let renewals, offer, handing, papers
beforeEach(async () => {
  renewals = await import('../src/lib/renewals.js')
  offer = await import('../src/lib/offer.js')
  handing = await import('../src/lib/handing.js')
  papers = await import('../src/lib/papers.js')
})

describe('a renewal', () => {
  it.each([
    ['ask', { state: 'found', qualifies: 'unasked', application: null }],
    ['ask', { state: 'opened', qualifies: 'person' }],
    ['ordinary', { state: 'opened', qualifies: 'closed' }],
    ['declined', { state: 'declined' }],
    ['review', { state: 'confirmed' }],
    ['granted', { state: 'decided', decision: { granted: true } }],
    ['granted', { state: 'closed', decision: { granted: true }, new_licence: ISSUED }],
    ['refused', { state: 'closed', decision: { granted: false } }],
    ['over', { state: 'expired' }],
    ['over', { state: 'overtaken', qualifies: 'closed' }],
  ])('shows the face %s of %o', (face, more) => {
    expect(renewals.faceOf(renewal(more))).toBe(face)
  })

  it.each([
    [{}, '点一下，就能延续', '条件都符合，确认后当场办结。'],
    [{ decide_by: 'person' }, '点一下，就能申请延续', '条件都符合，确认后由工作人员审核。'],
    [{ qualifies: 'person', why: [condition('no_penalty', 'unknown')] }, '点一下，就能申请延续', '有的信息还在核对，不影响您申请。'],
    [{ qualifies: 'person', why: [condition('no_penalty', 'no')] }, '点一下，就能申请延续', '有的条件要工作人员看一看，不影响您申请。'],
    [{ qualifies: 'unasked', application: null }, '可以延续', '有的信息还在核对，不影响您申请。'],
    [{ qualifies: 'closed', ordinary_way: { text: '请带原证。' } }, '这一次要到大厅办理', '请带原证。'],
    [{ state: 'closed', decision: { granted: false, reason: '场所变了。' } }, '没有准予延续', '场所变了。'],
    [{ state: 'issued', decision: { granted: true, by: 'law' }, new_licence: ISSUED }, '办好了', '新证照有效至 2031年12月20日。'],
    [{ state: 'issued', decision: { granted: true, by: 'rule' }, new_licence: { ...ISSUED, valid_until: null } }, '办好了', '新证照长期有效。'],
    [{ state: 'overtaken', state_text: '已终止', progress: [{ text: '证照已注销' }] }, '已终止', '证照已注销'],
  ])('%o says %s: %s', (more, title, line) => {
    const said = offer.headline(renewal(more))
    expect([said.title, said.lines[0]]).toEqual([title, line])
  })

  it('names the day of the next check, and how near it is', () => {
    const check = (days) => renewals.checkWords({ event_text: '复核', last_day: '2026-12-05', days_left: days })
    expect(check(13)).toMatchObject({ until: '复核：最迟2026年12月5日', left: { words: '还有 13 天', tone: 'warn' } })
    expect(check(0).left).toEqual({ words: '今天截止', tone: 'warn' })
    expect(check(300).left.words).toBe('')
  })

  it('says while it is reviewed how the new licence will come', () => {
    const to = { name: '江雪', phone: '138****1234', address: '浙江省杭州市中山路 1 号' }
    expect(handing.chosenWords({ chosen: { way: 'courier', way_text: '邮寄到家', to, cabinet: null } }))
      .toEqual(['邮寄到家', '寄到：浙江省杭州市中山路 1 号 · 江雪 · 138****1234'])
    const cabinet = { name: '智能文件柜', place: '一楼' }
    expect(handing.chosenWords({ chosen: { way: 'cabinet', way_text: '文件柜自取', to: null, cabinet } }))
      .toEqual(['文件柜自取', '智能文件柜（一楼）'])
    expect(handing.chosenWords({ chosen: { way: 'electronic', way_text: '只要电子证照', to: null, cabinet: null } })).toEqual(['只要电子证照'])
  })

  it('names the last day for confirming, and the term as it is and as it would be', () => {
    expect(offer.headline(renewal()).lines).toContain('请在 2026年11月20日前确认。')
    expect(offer.terms(renewal())).toEqual({ now: '2026年12月20日', then: '2031年12月20日' })
    expect(offer.terms(renewal({ application: { fields: [], new_term: { begins: null, ends: null } } }))).toBe(null)
  })

  it('says until when one may think again, which is not always its end', () => {
    const declined = renewal({ state: 'declined', days_left: 40, holder: { kind: 'person' } })
    expect(offer.headline(declined).lines).toEqual(['最迟2026年11月20日可以改主意。'])
    expect(offer.declineWords(declined)).toBe('到期后这张证照不能再用。最迟2026年11月20日可以改主意。')
    const late = renewal({ state: 'confirmed', days_left: 20, holder: { kind: 'firm' } })
    expect(offer.declineWords(late)).toBe('到期后这张证照不能再用，继续经营或执业可能违法。申请的最后一天已过，不能再改主意。')
  })

  it.each([
    [{ papers: ['平面图'], visit: false }, '请您补充材料', ''],
    [{ papers: [], visit: true }, '请您配合审核', '请您到大厅来一次，可以先预约时间。'],
    [{ papers: [], visit: false, site_check: true }, '申请已收到，正在审核', '工作人员会上门核查，您不用跑。'],
  ])('%o asked for is told as %s', (asked, title, coming) => {
    const waiting = renewal({ state: 'confirmed', asked_for: { words: '请补充', ...asked }, papers: asked.papers.length ? { brought: false } : null })
    expect([offer.headline(waiting).title, offer.whoComes(waiting)]).toEqual([title, coming])
  })

  it('promises no waiting where a person decides, and no trips to who fetches it', () => {
    expect(offer.spared(renewal(), 'electronic')).toEqual(['不用填表', '不交材料', '不用跑腿', '不用等'])
    expect(offer.spared(renewal({ qualifies: 'person' }), 'cabinet')).toEqual(['不用填表', '不交材料'])
  })

  it.each([
    [['yes', 'yes'], '2 项条件都符合'],
    [['yes', 'unknown'], '1 项条件还在核对'],
    [['no', 'unknown'], '2 项条件要工作人员看一看'],
  ])('sums up %o as %s', (answers, words) => {
    expect(offer.whyTitle(renewal({ why: answers.map((answer, nth) => condition(`c${nth}`, answer)) }))).toBe(words)
  })

  it('whose application cannot be written leads to the hall, with the hall\'s words', () => {
    const late = { code: 'renewal_too_late', message: '期限已过。', problem: { hall: 'h1', item: 'food' } }
    const shut = offer.shutBy(renewal(), late)
    expect([renewals.faceOf(shut), shut.application, shut.ordinary_way.item]).toEqual(['ordinary', null, 'food'])
    expect(offer.headline(shut)).toEqual({ title: '这一次要到大厅办理', lines: ['期限已过。'] })
    const ended = offer.shutBy(renewal(), { code: 'licence_ended', message: '已失效。', problem: {} })
    expect([offer.headline(ended).title, ended.ordinary_way]).toEqual(['现在不能延续', null])
    const early = offer.shutBy(renewal({ ordinary_way: { hall: 'h1', item: 'food' } }), { code: 'renewal_too_early', message: '还早。' })
    expect([offer.headline(early).title, early.ordinary_way]).toEqual(['还没到申请的时间', null])
  })

  it('marks what its application says otherwise than the one that was read', () => {
    const before = { fields: [{ title: '地址', text: '甲路 1 号' }, { title: '名称', text: '清河面馆' }] }
    const after = { fields: [{ title: '地址', text: '乙路 2 号' }, { title: '名称', text: '清河面馆' }, { title: '电话', text: '1' }] }
    expect(offer.changedTitles(before, after)).toEqual(['地址', '电话'])
    expect(offer.changedTitles(null, after)).toEqual([])
  })

  it('goes on by itself until it is handed over', () => {
    const ahead = (one) => offer.timeline(one).filter(({ state }) => state !== 'done').map(({ text, state }) => [text, state])
    const asked = { text: '已确认', at: '2026-11-22T09:00:00.000+08:00' }
    expect(offer.timeline(renewal({ state: 'confirmed', progress: [asked] }))[0]).toEqual({ ...asked, state: 'done' })
    expect(ahead(renewal({ state: 'confirmed' }))).toEqual([['审核', 'now'], ['制作新证照', 'next'], ['交到您手里', 'next']])
    expect(ahead(granted())).toEqual([['交到您手里', 'now']])
    expect(ahead(granted({ state: 'handed_over' }))).toEqual([])
    expect(ahead(renewal())).toEqual([])
    expect([renewal(), granted(), granted({ state: 'closed' })].map(renewals.isMoving)).toEqual([false, true, false])
  })
})

describe('papers that were asked for', () => {
  const PLACE = { name: '智能文件柜', place: '一楼东侧' }
  const INVITED = { state: 'invited', code: '123456', cabinets: [PLACE], contents: ['平面图'], expires_at: '2026-11-30T09:00:00.000+08:00' }
  const LYING = { state: 'in', code: null, box: '07', cabinets: [PLACE], contents: ['平面图'] }
  const asked = (papers, more) => renewal({
    state: 'confirmed', hall_name: '青禾大厅', asked_for: { words: '请补', papers: ['平面图'], visit: false, received: [], came: false },
    papers: { cabinets: [PLACE], drop_offs: [], brought: false, ...papers }, ...more,
  })

  it('go into the cabinet by a code, where the hall has one', () => {
    expect(papers.papersOf(asked())).toMatchObject({ code: null, mayAsk: true, lies: [], lines: ['可以放进青禾大厅的智能文件柜，不用取号；也可以交到窗口。'] })
    const { code, mayAsk } = papers.papersOf(asked({ drop_offs: [INVITED] }))
    expect(mayAsk).toBe(false)
    expect(code).toEqual({ code: '123456', places: ['智能文件柜（一楼东侧）'], contents: ['平面图'], until: '请在 11月30日 周一 09:00 前放入。' })
  })

  it('are told to lie in their box, and nobody has to bring them any more', () => {
    const brought = asked({ drop_offs: [LYING], brought: true })
    expect(papers.papersOf(brought)).toMatchObject({ code: null, mayAsk: false, lies: ['材料已放入文件柜 07 号箱。'] })
    expect([asked(), brought].map(renewals.isMissing)).toEqual([true, false])
    expect([asked(), brought].map(renewals.toDo)).toEqual(['工作人员请您补充，请看一看', ''])
    expect(renewals.isMissing({ ...brought, asked_for: { ...brought.asked_for, visit: true } })).toBe(true)
  })

  it('go to the counter where there is no cabinet', () => {
    const none = { cabinets: [] }
    expect(papers.papersOf(asked(none))).toMatchObject({ code: null, mayAsk: false, lines: ['请把材料交到青禾大厅窗口。'] })
    expect(papers.papersOf(asked(none, { ordinary_way: { hall: 'h1' } })).lines).toEqual(['请把材料交到青禾大厅窗口，可以先预约时间。'])
  })

  it('are nothing where none are asked for, or it is decided', () => {
    expect(papers.papersOf(renewal({ state: 'confirmed', papers: null }))).toBe(null)
    expect(papers.papersOf(asked({}, { decision: { granted: false } }))).toBe(null)
  })
})

describe('all that ends', () => {
  const licence = (id, until, more) => ({ id, kind_name: id, valid_until: until, valid: true, state: 'valid', ...more })

  it('stands in its order: what waits first, by its last day; licences nobody is reminded of, too', () => {
    const box = { ...PARCEL, way: 'cabinet', state: 'in_box', box: { code: '123456' } }
    const of = (id, more) => ({ ...renewal(more), id, licence: { ...LICENCE, id: `of-${id}` } })
    const found = renewals.inOrder(
      [
        of('later', { days_left: 40 }), of('soon', { days_left: 3 }), of('done', { ...granted({ state: 'closed' }) }),
        of('parcel', granted()), of('fetch', granted({ delivery: box, days_left: 9 })), of('declined', { state: 'declined' }),
        of('missing', { state: 'confirmed', asked_for: { words: '请补充', papers: [], visit: false, received: [], came: false }, days_left: 20 }),
      ],
      [
        licence('of-soon', '2026-12-20'), licence('far', '2030-01-01'), licence('near', '2026-12-01'), licence('no-end', null),
        licence('of-declined', '2026-12-20'), licence('past', '2026-11-01', { valid: false, state: 'expired' }),
        licence('long-past', '2020-01-01', { valid: false, state: 'expired' }), licence('revoked', '2027-01-01', { valid: false, state: 'revoked' }),
      ],
      '2026-11-22',
    )
    const ids = Object.fromEntries(Object.entries(found).map(([part, those]) => [part, those.map(({ id }) => id)]))
    expect(ids).toEqual({
      waiting: ['soon', 'fetch', 'missing', 'later'],
      moving: ['parcel'],
      later: ['past', 'near', 'of-declined', 'far'],
      over: ['done', 'declined'],
    })
    expect(found.later[1].days_left).toBe(9)
  })

  it('keeps a licence whose term has just ended, which its issuer still calls valid', () => {
    const ended = licence('l1', '2026-11-16', { valid: false })
    expect(renewals.inOrder([], [ended], '2026-11-22').later).toMatchObject([{ id: 'l1', days_left: -6 }])
    expect(renewals.renewingOf(ended, [], -6)).toMatchObject({ words: '续办' })
  })

  it.each([
    [200, ''], [28, '还有 28 天到期'], [1, '明天到期'], [0, '今天到期'], [-1, '昨天到期'], [-4, '已过期 4 天'], [null, ''],
  ])('%s days from its end is told as “%s”', (days, words) => {
    expect(renewals.daysLeft(days).words).toBe(words)
  })

  it('offers on the page of a licence what there is to do', () => {
    const its = licence('l1', '2026-12-20')
    expect(renewals.renewingOf(its, [renewal()], 28).words).toBe('一键延续')
    expect(renewals.renewingOf(its, [renewal({ qualifies: 'person' })], 28).words).toBe('看这次延续')
    expect(renewals.renewingOf(its, [renewal({ state: 'overtaken' })], 28)).toMatchObject({ words: '续办', renewal: null })
    expect(renewals.renewingOf(its, [], 28)).toMatchObject({ words: '续办', renewal: null })
    expect([renewals.renewingOf(its, [], 300), renewals.renewingOf(its, [], null)]).toEqual([null, null])
    expect(renewals.renewingOf(licence('l1', '2026-12-20', { valid: false, state: 'revoked' }), [], 28)).toBe(null)
  })
})

describe('handing over', () => {
  const WHOLE = { name: '张三', phone: '13800001234', region: '浙江省杭州市', street: '中山路 1 号' }
  const way = (code, available = true) => ({ code, available })

  it('begins with the first way that asks for nothing more', () => {
    const ways = [way('cabinet', false), way('courier'), way('counter')]
    expect(handing.firstWay({ ways, address: WHOLE })).toBe('courier')
    expect(handing.firstWay({ ways, address: { ...WHOLE, phone: '' } })).toBe('counter')
    expect(handing.firstWay({ ways: [way('courier')], address: null })).toBe('courier')
    expect(handing.firstWay({ ways: [way('courier', false)], address: WHOLE })).toBe(null)
  })

  it('knows an address to which nothing comes', () => {
    expect(handing.isWhole(WHOLE)).toBe(true)
    expect(handing.isWhole({ ...WHOLE, phone: '0571-12345678' })).toBe(true)
    const { name, ...faults } = handing.addressFaults({ name: ' ', phone: '1380000', region: null, street: '' })
    expect([name, ...Object.values(faults)].map(Boolean)).toEqual([true, true, true, true])
    expect(handing.isWhole(null)).toBe(false)
  })

  it('tells a parcel\'s way, the latest first, with its stations', () => {
    const [packed, fetched] = ['2026-11-22T10:00:00.000+08:00', '2026-11-22T12:00:00.000+08:00']
    const progress = [{ at: packed, text: '已封装' }, { at: fetched, text: '已收寄' }]
    const parcel = { events: [{ at: fetched, text: '已收寄', station: '杭州营业部' }] }
    const told = handing.stations({ ...PARCEL, progress, parcel })
    expect(told).toEqual([
      { text: '杭州营业部：已收寄', at: '11月22日 周日 12:00', state: 'now' },
      { text: '已封装', at: '11月22日 周日 10:00', state: 'done' },
    ])
    expect(handing.stations({ ...PARCEL, progress, handed_over_at: fetched }).map(({ state }) => state)).toEqual(['done', 'done'])
  })

  it('is fetched from a box by who knows its code, from a counter once it is there', () => {
    const counter = { item: 'collect', text: '' }
    expect(handing.fetchedFrom({ ...PARCEL, box: { code: '123456' } })).toBe('box')
    expect(handing.fetchedFrom({ ...PARCEL, box: { code: null } })).toBe('')
    expect(handing.fetchedFrom({ ...PARCEL, counter, state: 'making' })).toBe('')
    expect(handing.fetchedFrom({ ...PARCEL, counter, state: 'ready' })).toBe('counter')
    expect(handing.typed('123456')).toBe('123 456')
  })
})
