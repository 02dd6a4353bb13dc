import { expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { jsonPiece } from './index.ts'

it('converts both ways', async () => {
  expect(await runAction(jsonPiece, 'convert_json_to_text', { json: { a: [1] } })).toBe('{"a":[1]}')
  expect(await runAction(jsonPiece, 'convert_text_to_json', { text: '\ufeff{"a":[1]}' })).toEqual({ a: [1] })
  await expect(runAction(jsonPiece, 'convert_text_to_json', { text: '{a}' })).rejects.toThrow('The text is not JSON')
})

it('answers queries, with null for nothing', async () => {
  const json = { items: [{ price: 2 }, { price: 3 }] }
  expect(await runAction(jsonPiece, 'run_jsonata_query', { json, query: '$sum(items.price)' })).toBe(5)
  expect(await runAction(jsonPiece, 'run_jsonata_query', { json, query: 'missing' })).toBeNull()
  await expect(runAction(jsonPiece, 'run_jsonata_query', { json, query: '((' })).rejects.toThrow('not valid')
})
