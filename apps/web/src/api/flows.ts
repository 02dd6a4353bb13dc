import { type AnswerOf, type Api, each, type RequestOf } from '@piecework/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

const MOST_NAMES = 1000

export interface FlowName {
  id: string
  displayName: string
}

/** The flows of a project by name, for filters and pickers: up to 1,000. */
export const flowNamesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['flows', 'names', projectId],
    staleTime: 30_000,
    queryFn: async ({ signal }): Promise<FlowName[]> => {
      const names: FlowName[] = []
      const query = { projectId, limit: 100, sort: 'name', direction: 'asc' } as const
      for await (const { id, displayName } of each(client.flows.overview, { query, signal })) {
        names.push({ id, displayName })
        if (names.length >= MOST_NAMES) break
      }
      return names
    },
  })

/** A flow to be edited. From then on, its builder keeps it up to date, and it is not asked for again while it is open. */
export const openFlowQuery = (flowId: string) =>
  queryOptions({
    queryKey: ['flows', 'open', flowId],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: ({ signal }) => client.flows.get({ params: { id: flowId }, query: { abilities: true }, signal }),
  })

/** One version of a flow, which never changes once it is locked. */
export const flowVersionQuery = (flowId: string, versionId: string) =>
  queryOptions({
    queryKey: ['flows', 'version', flowId, versionId],
    staleTime: 60_000,
    queryFn: ({ signal }) => client.flows.get({ params: { id: flowId }, query: { versionId }, signal }),
  })

type Overviews = AnswerOf<Api['flows']['overview']>
export type FlowOverview = Overviews['data'][number]
export type FlowOverviewRequest = RequestOf<Api['flows']['overview']>['query']

/** Flows of a project with their last run and next tick, a page at a time. */
export const flowOverviewQuery = (query: FlowOverviewRequest, poll: number | false) =>
  queryOptions({
    queryKey: ['flows', 'overview', query],
    placeholderData: keepPreviousData,
    refetchInterval: poll,
    queryFn: ({ signal }) => client.flows.overview({ query: { ...query, abilities: true }, signal }),
  })

export const flowCountQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['flows', 'count', projectId],
    queryFn: async ({ signal }) => (await client.flows.count({ query: { projectId }, signal })).count,
  })

/** The newest versions of a flow. */
export const flowVersionsQuery = (flowId: string) =>
  queryOptions({
    queryKey: ['flows', 'versions', flowId],
    queryFn: async ({ signal }) =>
      (await client.flows.versions({ params: { id: flowId }, query: { limit: 100 }, signal })).data,
  })

/** Why a flow does not run, or what it waits for. */
/** Why a flow does not run; with `runId`, what is said of its open runs is of this one alone. */
export const flowDiagnosisQuery = (flowId: string, runId?: string) =>
  queryOptions({
    queryKey: ['flows', 'diagnosis', flowId, runId],
    queryFn: ({ signal }) =>
      client.flows.diagnosis({ params: { id: flowId }, query: runId === undefined ? {} : { runId }, signal }),
  })

/** The longest time without a run that is in order for a flow. */
export const expectedIntervalQuery = (flowId: string) =>
  queryOptions({
    queryKey: ['flows', 'interval', flowId],
    queryFn: ({ signal }) => client.alerts.expectation({ params: { id: flowId }, signal }),
  })
