import { expect, test } from 'vitest'
import { pickRows, searchRows } from './picker-rows.ts'

const VALUE = { body: { id: '7', lines: [{ sku: 'A' }, { sku: 'B', price: 2 }] } }

test('a list of objects offers its keys for all items, then the items', () => {
  const rows = pickRows('trigger', VALUE, () => true)
  expect(rows.map(({ key, depth, isEach }) => `${depth} ${key}${isEach ? '*' : ''}`)).toEqual([
    '0 body',
    '1 id',
    '1 lines',
    '2 sku*',
    '2 price*',
    '2 0',
    '3 sku',
    '2 1',
    '3 sku',
    '3 price',
  ])
  expect(rows[3]).toMatchObject({ path: ['body', 'lines', 'sku'], value: ['A', 'B'] })
})

test('a search finds keys and values at any depth, in the order of the data', () => {
  expect(searchRows('trigger', VALUE, 'sku').map((row) => row.path.join('.'))).toEqual([
    'body.lines.0.sku',
    'body.lines.1.sku',
  ])
  expect(searchRows('trigger', VALUE, 'b').map((row) => row.path.join('.'))).toEqual(['body', 'body.lines.1.sku'])
})

test('ten thousand keys give their lines at once', () => {
  const large = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${n}`, n]))
  expect(pickRows('step_1', large, () => false)).toHaveLength(10_000)
  expect(searchRows('step_1', large, 'key 9999')).toHaveLength(1)
})
