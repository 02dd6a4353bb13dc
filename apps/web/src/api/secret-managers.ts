import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type SecretManager = AnswerOf<Api['secretManagers']['list']>['data'][number]
export type SecretManagerBody = Parameters<typeof client.secretManagers.create>[0]['body']

const MOST = 100

export const secretManagersQuery = queryOptions({
  queryKey: ['secret-managers'],
  queryFn: async ({ signal }) => (await client.secretManagers.list({ query: { limit: MOST }, signal })).data,
})
