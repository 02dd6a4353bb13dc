import { describe, expect, it } from 'vitest'
import { parseFields } from './fields.ts'

const many = (count: number, field: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => field(i)).join('&')

describe('fields', () => {
  it.each([
    ['a=1&b=x+y&c=%20%C3%BC&d&e=', { a: '1', b: 'x y', c: ' ü', d: '', e: '' }],
    ['a=1&a=2', { a: ['1', '2'] }],
    ['a[]=1', { a: ['1'] }],
    ['a%5B%5D=1&a%5B%5D=2', { a: ['1', '2'] }],
    ['a[1]=y&a[0]=x', { a: ['x', 'y'] }],
    ['a[2]=x', { a: ['x'] }],
    ['a[b]=1&a[c][d]=2', { a: { b: '1', c: { d: '2' } } }],
    ['a[][b]=1&a[][c]=2', { a: [{ b: '1', c: '2' }] }],
    ['r[0][id]=1&r[1][id]=2', { r: [{ id: '1' }, { id: '2' }] }],
    ['qty[1024]=3&qty[2048]=1', { qty: { 1024: '3', 2048: '1' } }],
    ['a=1&a[b]=2', { a: ['1', { b: '2' }] }],
    ['a[b=1&[c]=2&d]=3&e[f]g=4', { 'a[b': '1', c: '2', 'd]': '3', 'e[f]g': '4' }],
    ['=x&&%zz=%e9', { '': 'x', '%zz': '%e9' }],
    ['a=1=2', { a: '1=2' }],
    ['', {}],
  ])('%s', (text, value) => {
    expect(parseFields(text)).toEqual(value)
  })

  it('keeps names that objects have by themselves', () => {
    const value = parseFields('constructor=a&toString=b&__proto__=c&__proto__[x]=d&a[__proto__][y]=1')
    expect(JSON.stringify(value)).toBe(
      '{"constructor":"a","toString":"b","__proto__":["c",{"x":"d"}],"a":{"__proto__":{"y":"1"}}}',
    )
    expect(Reflect.get({}, 'y')).toBeUndefined()
  })

  it('has no bound of fields, of items of a list, or of rows', () => {
    expect(Object.keys(parseFields(many(5000, (i) => `f${i}=1`)))).toHaveLength(5000)
    expect(parseFields(many(5000, () => 'a=1')).a).toHaveLength(5000)
    const { row } = parseFields(many(500, (i) => `row[${i}][id]=${i}`))
    expect(row).toHaveLength(500)
    expect(row).toHaveProperty('499.id', '499')
  })

  it('nests deep, and keeps what is too deep under its whole name', () => {
    expect(parseFields('a[b][c][d][e][f][g][h]=1')).toHaveProperty('a.b.c.d.e.f.g.h', '1')
    const name = `a${'[b]'.repeat(5000)}`
    expect(parseFields(`${name}=1`)).toEqual({ [name]: '1' })
  })

  it('takes no longer for fields of one name than their number tells', () => {
    const started = performance.now()
    parseFields(many(400_000, () => 'a=1'))
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('reads the charset that the caller names, also in the field _charset_', () => {
    expect(parseFields('a=caf%E9&b=caf\u00e9', 'iso-8859-1')).toEqual({ a: 'café', b: 'café' })
    expect(parseFields('_charset_=windows-1250&a=%8A')).toEqual({ _charset_: 'windows-1250', a: 'Š' })
    expect(parseFields('a=%83A', 'shift_jis')).toEqual({ a: 'ア' })
    expect(parseFields('a=caf\u00c3\u00a9')).toEqual({ a: 'café' })
  })
})
