import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'

const CASES = JSON.parse(readFileSync(join(__dirname, '../../tests/forms/conditions.json'), 'utf8'))

const LICENCE = { kind: 'licence', text: '营业执照（2023-05-06 签发）', licence: 'l1', on: '2023-05-06' }
const LAST = { kind: 'last', text: '上次（2026-01-02）填写', licence: null, on: '2026-01-02' }
const DEFINITION = {
  fields: {
    name: { type: 'string', title: '经营者名称', widget: 'text', required: true },
    area: { type: 'number', title: '面积', unit: '平方米', widget: 'number', required: true },
    kind: { type: 'string', title: '类别', widget: 'radio', required: false, options: [{ value: 'a', title: '餐饮' }, { value: 'b', title: '食堂' }] },
    seats: { type: 'integer', title: '座位', widget: 'number', required: true },
    terrace: { type: 'boolean', title: '露天座位', widget: 'switch', required: false },
  },
  groups: [
    { title: '经营者', fields: [{ field: 'name' }, { field: 'area' }] },
    { title: '经营', fields: [{ field: 'kind' }, { field: 'seats', when: { field: 'kind', is: 'a' } }, { field: 'terrace', when: { field: 'seats', more: 20 } }] },
  ],
}
const told = (more) => ({ text: '', source: null, confidence: null, editable: true, masked: false, others: [], changed: false, ...more })
const SUBMISSION = {
  id: 's1',
  values: { name: '清河面馆', area: 80.5, kind: 'b' },
  fields: {
    name: told({ text: '清河面馆', source: LICENCE, confidence: 'verified', editable: false }),
    area: told({ text: '80.5 平方米', source: LICENCE, confidence: 'verified', others: [{ value: 85, text: '85 平方米', source: LAST, confidence: 'declared' }] }),
    kind: told({ text: '食堂', changed: true }),
  },
  problems: [{ field: 'area', code: 'check', detail: '面积与合同不一致。' }, { field: 'seats', code: 'required', detail: '请填写座位。' }],
}

describe.each(CASES.map((one, nth) => [nth, one]))('condition %i', (_, { condition, values, today, holds }) => {
  it(`${JSON.stringify(condition)} is ${holds} of ${JSON.stringify(values)}`, async () => {
    const conditions = await import('../src/lib/conditions.js')
    expect(conditions.holds(condition, values, today)).toBe(holds)
  })
})

describe('a form that is drawn', () => {
  let form
  beforeEach(async () => { form = await import('../src/lib/form.js') })

  const draw = (edits = {}, more = {}) => form.drawn(DEFINITION, SUBMISSION, { ...SUBMISSION.values, ...edits }, more)
  const field = (name, ...rest) => draw(...rest).groups.flatMap(({ fields }) => fields).find((one) => one.name === name)

  it('shows what its conditions say, and counts what the hall filled in', () => {
    const { groups, total, filled, missing, wrong } = draw()
    expect(groups.map(({ title, fields }) => [title, fields.map(({ name }) => name)])).toEqual([
      ['经营者', ['name', 'area']], ['经营', ['kind']],
    ])
    expect([total, filled, missing, wrong]).toEqual([3, 2, [], ['area']])
    expect(draw({ kind: 'a' }).missing).toEqual(['seats'])
    expect(form.visibleFields(DEFINITION, { kind: 'b', seats: 30 }, '')).toEqual(['name', 'area', 'kind'])
  })

  it('says where each value is from, how sure that is, and what cannot be changed', () => {
    const name = field('name')
    expect(name).toMatchObject({ text: '清河面馆', source: '来自：营业执照（2023-05-06 签发）', editable: false, others: [] })
    expect(name.confidence).toEqual({ words: '已核验', tone: 'good' })
    expect(field('kind')).toMatchObject({ text: '食堂', source: '', confidence: null, given: false })
  })

  it('offers what another source says, and takes it back', () => {
    expect(field('area').others).toEqual([{ value: 85, text: '85 平方米', words: '上次（2026-01-02）填写' }])
    const taken = field('area', { area: 85 })
    expect(taken).toMatchObject({ text: '85 平方米', source: '上次（2026-01-02）填写', confidence: { words: '本人申报' } })
    expect(taken.others).toEqual([{ value: 80.5, text: '80.5 平方米', words: '来自：营业执照（2023-05-06 签发）' }])
    expect(field('area', {}, { elsewhere: { area: 90 } }).others[0]).toEqual({ value: 90, text: '90 平方米', words: '在另一台设备上填的' })
  })

  it('names what is masked by its source, for two may look alike', () => {
    const hidden = (other) => ({ other, masked: true, value: '***', text: '***', source: LICENCE, confidence: 'verified' })
    const fields = { area: told({ text: '***', source: LICENCE, masked: true, others: [hidden(1), hidden(2)] }) }
    const masked = { ...SUBMISSION, values: { area: '***' }, fields, problems: [] }
    const area = (value) => form.drawn(DEFINITION, masked, { area: value }).groups[0].fields.find(({ name }) => name === 'area')
    expect(area('***').others.map(({ value }) => value)).toEqual([{ other: 1 }, { other: 2 }])
    expect(area({ other: 2 })).toMatchObject({ text: '***', masked: true, problem: '', source: '来自：营业执照（2023-05-06 签发）' })
    expect(area({ other: 2 }).others.map(({ value }) => value)).toEqual(['***', { other: 1 }])
    expect(form.dirtyValues(masked.values, { area: { other: 2 } })).toEqual({ area: { other: 2 } })
  })

  it('says what is wrong at its field, until that is typed anew; what is missing, once asked', () => {
    expect(field('area').problem).toBe('面积与合同不一致。')
    expect(field('area', { area: 82 }).problem).toBe('')
    expect(field('area', { area: '八十' }).problem).toBe('请填写数字。')
    expect(field('seats', { kind: 'a' })).toMatchObject({ missing: true, problem: '' })
    expect(field('seats', { kind: 'a' }, { asked: true }).problem).toBe('请填写座位。')
  })

  it('keeps numbers as numbers, and what is none as it was typed', () => {
    const typed = (text) => form.valueOf(DEFINITION.fields.area, text)
    expect([' 12.50 ', '12.', '', '一'].map(typed)).toEqual([12.5, '12.', null, '一'])
    expect(form.valueOf(DEFINITION.fields.name, '𠮷野')).toBe('𠮷野')
  })

  it('sends only what differs', () => {
    expect(form.dirtyValues({ a: 1, b: ['x', 'y'], c: '' }, { a: 1, b: ['y', 'x'], c: null, d: 'new' })).toEqual({ d: 'new' })
    expect(form.dirtyValues({ a: 1 }, { a: null })).toEqual({ a: null })
  })
})
