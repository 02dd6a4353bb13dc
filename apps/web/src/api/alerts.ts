import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type Alert = AnswerOf<Api['alerts']['list']>['data'][number]

/** The most that a project has. */
const MOST = 50

export const alertsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['alerts', projectId],
    queryFn: async ({ signal }) => (await client.alerts.list({ query: { projectId, limit: MOST }, signal })).data,
  })
