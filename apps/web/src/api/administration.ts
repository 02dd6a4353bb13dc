import type { AnswerOf, Api } from '@piecework/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

const MOST = 200
const LOAD_MS = 5000

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) => (await client.apiKeys.list({ signal })).data,
})

export const signingKeysQuery = queryOptions({
  queryKey: ['signing-keys'],
  queryFn: async ({ signal }) => (await client.signingKeys.list({ signal })).data,
})

export const oauthAppsQuery = queryOptions({
  queryKey: ['oauth-apps'],
  queryFn: async ({ signal }) => (await client.oauthApps.list({ query: { limit: MOST }, signal })).data,
})

/** Load changes by the second, and no event tells of it. */
export const workersQuery = queryOptions({
  queryKey: ['workers', 'list'],
  refetchInterval: LOAD_MS,
  queryFn: ({ signal }) => client.workerMachines.list({ signal }),
})

export const queuesQuery = queryOptions({
  queryKey: ['workers', 'queues'],
  refetchInterval: LOAD_MS,
  queryFn: async ({ signal }) => (await client.workerMachines.queueMetrics({ signal })).queues,
})

export const healthQuery = queryOptions({
  queryKey: ['health'],
  refetchInterval: LOAD_MS,
  queryFn: ({ signal }) => client.health.system({ signal }),
})

/** How the triggers of each piece fared in the last two weeks. */
export const triggerHealthQuery = queryOptions({
  queryKey: ['triggers', 'health'],
  queryFn: async ({ signal }) => (await client.triggers.runStatus({ signal })).pieces,
})

export type AuditFilter = Omit<
  NonNullable<NonNullable<Parameters<typeof client.auditEvents.list>[0]>['query']>,
  'cursor' | 'limit'
>
export type AuditEvent = AnswerOf<Api['auditEvents']['list']>['data'][number]

export const auditQuery = (filter: AuditFilter, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['audit', filter, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => client.auditEvents.list({ query: { ...filter, cursor, limit: 50 }, signal }),
  })
