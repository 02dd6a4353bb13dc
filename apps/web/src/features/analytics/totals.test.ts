import { expect, test } from 'vitest'
import type { AnalyticsReport } from '../../api/analytics.ts'
import { columnsOf, narrowed, totalsBy } from './totals.ts'

const flow = (flowId: string, projectId: string, ownerId: string | null, timeSavedPerRun: number | null) => ({
  ...{ flowId, projectId, ownerId, timeSavedPerRun, flowName: flowId, projectName: `Project ${projectId}` },
  status: 'ENABLED' as const,
})
const report: AnalyticsReport = {
  ...{ id: 'r', created: '', updated: '', platformId: 'p', cachedAt: '', outdated: false, users: [] },
  flows: [flow('a', 'one', 'ada', 2), flow('b', 'one', null, null), flow('c', 'two', 'ada', null)],
  runs: [
    { day: '2026-03-29', flowId: 'a', runs: 5, succeeded: 3, failed: 1 },
    { day: '2026-03-30', flowId: 'a', runs: 1, succeeded: 1, failed: 0 },
    { day: '2026-03-30', flowId: 'c', runs: 9, succeeded: 9, failed: 0 },
  ],
}

test('counts runs, failures, flows and time by project, most runs first', () => {
  expect(totalsBy(report, ({ projectId: id, projectName: name }) => ({ id, name }))).toEqual([
    { id: 'two', name: 'Project two', runs: 9, failed: 0, activeFlows: 1, minutesSaved: null },
    { id: 'one', name: 'Project one', runs: 6, failed: 1, activeFlows: 2, minutesSaved: 12 },
  ])
})

test('narrows a report to projects and people', () => {
  const { flows, runs } = narrowed(report, { projects: ['one'], people: ['ada'] })
  expect(flows.map(({ flowId }) => flowId)).toEqual(['a'])
  expect(runs).toHaveLength(2)
})

test('has a column for each day, week or month without gaps', () => {
  const days = columnsOf(report.runs, '2026-03-28', '2026-03-31')
  expect(days.unit).toBe('day')
  expect(days.columns.map(({ total }) => total)).toEqual([0, 5, 10, 0])
  expect(days.columns[1]).toMatchObject({ succeeded: 3, failed: 1, other: 1 })
  const weeks = columnsOf(report.runs, '2026-02-01', '2026-04-30')
  expect(weeks.unit).toBe('week')
  expect(weeks.columns).toHaveLength(13)
  expect(weeks.columns.reduce((sum, { total }) => sum + total, 0)).toBe(15)
  const months = columnsOf(report.runs, '2025-11-15', '2026-10-31')
  expect(months.columns.map(({ day }) => day)).toContain('2026-03-01')
  expect(months.columns).toHaveLength(12)
})
