import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { TimeZone } from './run-counts.ts'

const TimePeriod = z.enum(['last-week', 'last-month', 'last-three-months', 'last-six-months', 'last-year'])
export type TimePeriod = z.infer<typeof TimePeriod>

const query = z.object({ timePeriod: TimePeriod.default('last-month') })
const reportQuery = query.extend({
  timezone: TimeZone.default('UTC').describe('In which days begin.'),
  from: z.iso.date().optional().describe('The first day, in place of `timePeriod`.'),
  to: z.iso.date().optional().describe('The last day.'),
})
export type ReportQuery = z.infer<typeof reportQuery>
const forPeople = { principals: ['USER'], permission: 'NONE', project: null } as const

export const AnalyticsReport = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  cachedAt: z.string(),
  outdated: z.boolean(),
  runs: z.array(
    z.object({
      day: z.string().describe('yyyy-mm-dd, in the time zone'),
      flowId: z.string(),
      runs: z.number().int(),
      succeeded: z.number().int(),
      failed: z.number().int().describe('Canceled runs are no failures.'),
    }),
  ),
  flows: z.array(
    z.object({
      flowId: z.string(),
      flowName: z.string(),
      projectId: z.string(),
      projectName: z.string(),
      status: z.enum(['ENABLED', 'DISABLED']),
      timeSavedPerRun: z.number().nullable().describe('In minutes.'),
      ownerId: z.string().nullable(),
    }),
  ),
  users: z.array(z.object({ id: z.string(), email: z.string(), firstName: z.string(), lastName: z.string() })),
})
export type AnalyticsReport = z.infer<typeof AnalyticsReport>

const flowCount = z.number().int().describe('Flows that are on.')
const minutesSaved = z.number().nullable().describe('Null where no flow says how much time a run saves.')

export const analytics = {
  report: endpoint({
    ...forPeople,
    method: 'GET',
    path: '/v1/analytics',
    operationId: 'analytics.report',
    summary: 'Production runs by day and flow, with flows and owners, of the projects that the caller may enter',
    query: reportQuery,
    response: AnalyticsReport,
  }),
  refresh: endpoint({
    ...forPeople,
    method: 'POST',
    path: '/v1/analytics/refresh',
    operationId: 'analytics.refresh',
    summary: 'The same, counted again',
    query: reportQuery,
    response: AnalyticsReport,
  }),
  export: endpoint({
    ...forPeople,
    method: 'GET',
    path: '/v1/analytics/export',
    operationId: 'analytics.export',
    summary: 'The same as CSV: a line for each day and flow',
    query: reportQuery,
    sends: 'bytes',
  }),
  byProject: endpoint({
    ...forPeople,
    method: 'GET',
    path: '/v1/analytics/project-leaderboard',
    operationId: 'analytics.byProject',
    summary: 'The time that each project saved, most first',
    query,
    response: z.array(z.object({ projectId: z.string(), projectName: z.string(), flowCount, minutesSaved })),
  }),
  byPerson: endpoint({
    ...forPeople,
    method: 'GET',
    path: '/v1/analytics/user-leaderboard',
    operationId: 'analytics.byPerson',
    summary: 'The time that the flows of each person saved, most first',
    query,
    response: z.array(z.object({ userId: z.string(), flowCount, minutesSaved })),
  }),
}
