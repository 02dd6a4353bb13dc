import { describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { csv } from './index.ts'

describe('CSV to JSON', () => {
  const read = (csv_text: unknown, has_headers: boolean, delimiter_type = ',') =>
    runAction(csv, 'convert_csv_to_json', { csv_text, has_headers, delimiter_type })

  it('makes objects of rows with headers, and lists without', async () => {
    expect(await read('\uFEFFname,city\nAda,"London, UK"\n', true)).toEqual([{ name: 'Ada', city: 'London, UK' }])
    expect(await read('a\tb\n1\t2', false, '\t')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  })

  it('loses no cell of repeated headers or of rows that are too long', async () => {
    expect(await read('mail,mail\na@x,b@x,c@x\nd@x', true)).toEqual([
      { mail: 'a@x', mail_2: 'b@x', column_3: 'c@x' },
      { mail: 'd@x' },
    ])
    expect(await read('a,a_2,a\n1,2,3', true)).toEqual([{ a: '1', a_2: '2', a_3: '3' }])
  })

  it('refuses what is no text or breaks in the middle', async () => {
    await expect(read({ a: 1 }, true)).rejects.toThrow('must be a text')
    await expect(read('a,"b\n1', false)).rejects.toThrow('not CSV')
  })
})

describe('JSON to CSV', () => {
  const write = (json_array: unknown, delimiter_type = ',') =>
    runAction(csv, 'convert_json_to_csv', { json_array, delimiter_type })

  it('flattens objects and keeps the columns of all rows', async () => {
    expect(
      await write([
        { a: 1, b: { c: 'x,y' } },
        { a: true, d: [1] },
      ]),
    ).toBe('a,b.c,d\n1,"x,y",\ntrue,,[1]')
    expect(await write([{ a: 1, b: 2 }], '\t')).toBe('a\tb\n1\t2')
  })

  it('refuses what is no list', async () => {
    await expect(write({ a: 1 })).rejects.toThrow('must be a list')
  })
})
