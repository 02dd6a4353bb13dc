import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { PieceProperty } from '../contract.ts'
import { processProperties } from './process.ts'

const process = async (property: PieceProperty, input: unknown) => {
  const { value, errors } = await processProperties({ p: property }, { p: input }, {})
  return Object.keys(errors).length > 0 ? { error: errors.p } : { value: value.p }
}
const required = (type: string): PieceProperty => ({ type, required: true })
const optional = (type: string): PieceProperty => ({ type, required: false })

describe('a property', () => {
  it.each([
    [required('SHORT_TEXT'), 5, '5'],
    [required('SHORT_TEXT'), { a: 1 }, '{"a":1}'],
    [required('LONG_TEXT'), '', ''],
    [optional('LONG_TEXT'), '', undefined],
    [optional('SHORT_TEXT'), null, null],
    [required('NUMBER'), '12.5', 12.5],
    [optional('NUMBER'), '', undefined],
    [required('CHECKBOX'), false, false],
    [required('DATE_TIME'), '2026-01-02', '2026-01-02T00:00:00.000Z'],
    [required('DATE_TIME'), '2026-01-02T03:00:00+02:00', '2026-01-02T01:00:00.000Z'],
    [optional('DATE_TIME'), 'nonsense', undefined],
    [required('JSON'), '{"a":1}', { a: 1 }],
    [required('JSON'), [1], [1]],
    [optional('JSON'), '', undefined],
    [required('OBJECT'), '{"a":1}', { a: 1 }],
    [required('ARRAY'), ['a'], ['a']],
    [optional('ARRAY'), undefined, undefined],
    [optional('ARRAY'), '', undefined],
    [required('DROPDOWN'), undefined, undefined],
  ])('%j takes %j as %j', async (property, input, value) => {
    expect(await process(property, input)).toEqual({ value })
  })

  it.each([
    [required('SHORT_TEXT'), undefined, 'Expected string, received: undefined'],
    [required('NUMBER'), 'abc', 'Expected number, received: abc'],
    [optional('NUMBER'), 'abc', 'Expected number, received: abc'],
    [required('CHECKBOX'), 'true', 'Expected boolean, received: true'],
    [required('DATE_TIME'), 'nonsense', 'ISO format'],
    [optional('JSON'), '{"a":', 'Expected JSON, received: {"a":'],
    [required('OBJECT'), [1], 'Expected object, received: [1]'],
    [required('ARRAY'), 'a', 'Expected array, received: a'],
    [required('FILE'), 'aGVsbG8=', 'file url or base64'],
  ])('%j refuses %j: %s', async (property, input, message) => {
    expect(await process(property, input)).toEqual({ error: [expect.stringContaining(message)] })
  })

  it('of rows takes columns too, and says what is wrong in them', async () => {
    const rows: PieceProperty = {
      type: 'ARRAY',
      required: true,
      properties: { n: required('NUMBER'), s: optional('SHORT_TEXT') },
    }
    expect(await process(rows, [{ n: '1', s: 2 }])).toEqual({ value: [{ n: 1, s: '2' }] })
    expect(await process(rows, { n: ['1', '2'], s: 'same' })).toEqual({
      value: [
        { n: 1, s: 'same' },
        { n: 2, s: 'same' },
      ],
    })
    expect(await process(rows, [{ n: 'x' }])).toEqual({ error: { properties: [{ n: [expect.any(String)] }] } })
  })

  it('that is dynamic has the properties that the flow was built with', async () => {
    const schema = { n: required('NUMBER') }
    const settings = { p: { type: 'MANUAL' as const, schema } }
    const { value } = await processProperties({ p: required('DYNAMIC') }, { p: { n: '5', other: 1 } }, settings)
    expect(value.p).toEqual({ n: 5, other: 1 })
    const { errors } = await processProperties({ p: required('DYNAMIC') }, { p: { n: 'x' } }, settings)
    expect(errors.p).toEqual({ n: [expect.any(String)] })
  })

  it('that is a file reads data URIs and URLs', async () => {
    const { value } = await process(required('FILE'), 'data:text/plain;base64,aGVsbG8=')
    expect(value).toMatchObject({ filename: 'unknown.txt', extension: 'txt', base64: 'aGVsbG8=' })
    const server = createServer((request, response) => {
      if (request.url === '/named')
        response.setHeader('content-disposition', "attachment; filename*=UTF-8''a%20b.pdf; filename=x.pdf")
      response.setHeader('content-type', 'image/png; x=y')
      response.writeHead(request.url === '/missing' ? 404 : 200).end('content')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const nameOf = async (path: string) =>
      Reflect.get(Object((await process(required('FILE'), base + path)).value), 'filename')
    expect(await nameOf('/named')).toBe('a b.pdf')
    expect(await nameOf('/folder/c.jpg?x=1')).toBe('c.jpg')
    expect(await nameOf('/plain')).toBe('unknown.png')
    expect(await process(required('FILE'), `${base}/missing`)).toHaveProperty('error')
    server.close()
  })
})
