import { expect, test } from 'vitest'
import { curlOf } from '../../app/curl.ts'
import { tableOf } from './table-of.ts'
import { endTest, setTest, useTests } from './test-state.ts'

test('the list nearest to the top becomes a table', () => {
  const value = { status: 200, body: { lines: [{ sku: 'A' }, { sku: 'B', price: 2 }] } }
  expect(tableOf(value)).toMatchObject({ path: 'body.lines', columns: ['sku', 'price'], count: 2 })
  expect(tableOf({ a: [1, 2] })).toBeUndefined()
})

test('a request for a terminal survives quotes', () => {
  const query = { site: 'a b' }
  expect(curlOf({ method: 'POST', url: 'https://x/1', query, headers: { a: 'b' }, body: `{"it's": 1}` })).toBe(
    `curl -X POST 'https://x/1?site=a+b' \\\n  -H 'a: b' \\\n  -d '{"it'\\''s": 1}'`,
  )
})

test('the end of another test of the same step does not count', () => {
  const result = {
    runId: 'b',
    projectId: 'p',
    stepName: 'step_1',
    success: true,
    input: {},
    output: 1,
    standardError: '',
    standardOutput: '',
  }
  setTest('flow step_1', { state: 'running', runId: 'a', startedAt: 0, progress: undefined })
  endTest('flow step_1', result, 10)
  expect(useTests.getState().tests['flow step_1']?.state).toBe('running')
  endTest('flow step_1', { ...result, runId: 'a' }, 10)
  expect(useTests.getState().tests['flow step_1']).toMatchObject({ state: 'ended', ms: 10 })
})
