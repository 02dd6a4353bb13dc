import { expect, test } from 'vitest'
import { filtersOf, hasFilters, parseRunsSearch } from './runs-search.ts'

test('reads filters from the address and leaves out what it does not know', () => {
  expect(
    parseRunsSearch({ flow: 'f1', status: ['FAILED', 'NONSENSE'], since: 'day', size: '50', archived: 'yes', x: 1 }),
  ).toEqual({ flow: ['f1'], status: ['FAILED'], since: 'day', size: 50 })
  expect(parseRunsSearch({ status: 'NONSENSE', since: 'always', size: 7 })).toEqual({})
})

test('asks the API for a time instead of a period', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const search = parseRunsSearch({ since: 'day', step: 'step_1' })
  expect(filtersOf(search, now)).toEqual({ createdAfter: '2026-01-01T00:00:00.000Z', failedStepName: 'step_1' })
  expect([hasFilters(search), hasFilters({ archived: true })]).toEqual([true, false])
})
