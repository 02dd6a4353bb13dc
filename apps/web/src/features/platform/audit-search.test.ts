import { expect, test } from 'vitest'
import { auditFilterOf } from './audit-filter.ts'
import { isNarrowed, parseAuditSearch } from './audit-search.ts'

test('the address says what the audit log is narrowed to; what is unknown is left out', () => {
  const search = parseAuditSearch({
    action: ['user.updated', 'nonsense'],
    project: 'p1',
    person: 'u1',
    ip: '10.0.0.1',
    since: 'week',
    pages: ['c1', 7],
    other: 'x',
  })
  expect(search).toEqual({
    ...{ action: ['user.updated', 'nonsense'], project: ['p1'], person: 'u1', ip: '10.0.0.1', since: 'week' },
    pages: ['c1'],
  })
  expect(auditFilterOf(search, Date.parse('2026-01-08T00:00:00Z'))).toEqual({
    ...{ action: ['user.updated'], projectId: ['p1'], userId: 'u1', ip: '10.0.0.1' },
    createdAfter: '2026-01-01T00:00:00.000Z',
  })
  expect([isNarrowed(search), isNarrowed({ pages: ['c1'] }), isNarrowed({})]).toEqual([true, false, false])
  expect(parseAuditSearch({ action: 7, since: 'ever', person: 5 })).toEqual({})
})
