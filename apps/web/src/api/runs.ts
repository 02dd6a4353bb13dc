import type { AnswerOf, Api } from '@piecework/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type Run = AnswerOf<Api['flowRuns']['get']>
export type BulkAct = AnswerOf<Api['bulkActs']['get']>
export type RunStatus = Run['status']

/** Which runs; what is left out is any. */
export interface RunFilters {
  flowId?: string[]
  status?: RunStatus[]
  failedStepName?: string
  createdAfter?: string
  createdBefore?: string
}

export interface RunPage extends RunFilters {
  projectId: string
  includeArchived?: boolean
  cursor?: string | undefined
  limit: number
}

export const runsQuery = (query: RunPage, poll: number | false) =>
  queryOptions({
    queryKey: ['runs', 'list', query],
    placeholderData: keepPreviousData,
    refetchInterval: poll,
    queryFn: ({ signal }) => client.flowRuns.list({ query, signal }),
  })

export const runQuery = (id: string, poll: number | false) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    refetchInterval: poll,
    queryFn: ({ signal }) => client.flowRuns.get({ params: { id }, signal }),
  })

/** The event or call that started a run, as it came in. */
export const runTriggerQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'trigger', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => client.flowRuns.event({ params: { id }, signal }),
  })

/** The runs that a run called, newest first; at most a hundred. */
export const calledRunsQuery = (projectId: string, parentRunId: string) =>
  queryOptions({
    queryKey: ['runs', 'called', parentRunId],
    queryFn: async ({ signal }) =>
      (await client.flowRuns.list({ query: { projectId, parentRunId, includeArchived: true, limit: 100 }, signal }))
        .data,
  })

export const runDaysQuery = (projectId: string, days: number) =>
  queryOptions({
    queryKey: ['runs', 'days', projectId, days],
    queryFn: async ({ signal }) => {
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
      return (await client.flowRuns.countByDay({ query: { projectId, days, timezone }, signal })).data
    },
  })

export const runCountsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['runs', 'counts', projectId],
    queryFn: async ({ signal }) => (await client.flowRuns.countByStatus({ query: { projectId }, signal })).data,
  })

/** Which flows failed since a time, most failures first. */
export const failuresQuery = (projectId: string, createdAfter: string) =>
  queryOptions({
    queryKey: ['runs', 'failures', projectId, createdAfter],
    queryFn: async ({ signal }) =>
      (await client.flowRuns.failures({ query: { projectId, createdAfter }, signal })).data,
  })

/** Acts on many runs of the last week, newest first. */
export const bulkActsQuery = (projectId: string, poll: number | false) =>
  queryOptions({
    queryKey: ['runs', 'bulk', projectId],
    refetchInterval: poll,
    queryFn: async ({ signal }) => (await client.bulkActs.list({ query: { projectId }, signal })).data,
  })
