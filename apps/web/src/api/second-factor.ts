import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type SetUp = AnswerOf<Api['secondFactor']['begin']>

export const secondFactorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }) => client.secondFactor.read({ signal }),
})
