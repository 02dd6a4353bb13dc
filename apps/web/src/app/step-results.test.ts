import { expect, test } from 'vitest'
import { failureWords, roundsIn, tookBranch } from './step-results.ts'

const answer = { response: { status: 422, body: { message: 'postcode is empty' } }, request: {} }

test.each([
  ['Error: no postcode', { title: 'Error: no postcode', raw: undefined }],
  ['Error: no postcode\n  at code.ts:3', { title: 'Error: no postcode', raw: 'Error: no postcode\n  at code.ts:3' }],
  ['plain\nmore', { title: 'plain', message: 'plain\nmore', raw: 'plain\nmore' }],
  [
    { message: 'refused', code: 4 },
    { title: 'refused', raw: '{\n  "message": "refused",\n  "code": 4\n}' },
  ],
  ['{"error":"refused"}', { title: 'refused' }],
  ['{\n  "message": "422: postcode is empty\\nat x"\n}', { title: '422: postcode is empty' }],
  [JSON.stringify(answer), { title: '422: postcode is empty', raw: JSON.stringify(answer, null, 2) }],
  [undefined, { title: '', message: '', raw: undefined }],
  ['', { title: '', raw: undefined }],
])('the failure %j in words', (error, words) => {
  expect(failureWords(error)).toMatchObject(words)
})

test('the round of a loop that failed first shows, also when a loop inside of it failed; else the last', () => {
  const output = (status: 'SUCCEEDED' | 'FAILED') => ({ type: 'CODE', status, input: {} })
  const loop = (...iterations: Record<string, object>[]) => ({
    ...{ type: 'LOOP_ON_ITEMS', status: 'SUCCEEDED' as const, input: {} },
    output: { index: 1, iterations },
  })
  const fine = { inner: output('SUCCEEDED') }
  const bad = { inner: loop(fine, { inner: output('FAILED') }) }
  expect(roundsIn(loop(fine, bad, fine), undefined)).toMatchObject({ count: 3, shown: 1, failed: [1], steps: bad })
  expect(roundsIn(loop(fine, fine), undefined)).toMatchObject({ shown: 1, failed: [] })
  expect(roundsIn(loop(fine, fine), 99)).toMatchObject({ shown: 1 })
  expect(roundsIn(undefined, undefined)).toEqual({ count: 0, shown: 0, failed: [], steps: {} })
})

test('a router says into which branches it went', () => {
  const output = { branches: [{ evaluation: false }, { evaluation: true }] }
  expect([0, 1, 2].map((index) => tookBranch(output, index))).toEqual([false, true, undefined])
})
