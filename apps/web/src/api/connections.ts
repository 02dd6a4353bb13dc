import type { AnswerOf, Api } from '@piecework/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type Connection = AnswerOf<Api['appConnections']['list']>['data'][number]
export type ConnectionStatus = Connection['status']

export interface ConnectionPage {
  projectId: string
  displayName?: string
  pieceName?: string
  status?: ConnectionStatus[]
  cursor?: string | undefined
  limit: number
}

export const connectionsQuery = (query: ConnectionPage) =>
  queryOptions({
    queryKey: ['connections', 'list', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => client.appConnections.list({ query: { ...query, abilities: true }, signal }),
  })
