import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** The personal tokens of the caller, newest first. */
export const personalTokensQuery = queryOptions({
  queryKey: ['personal-tokens'],
  queryFn: async ({ signal }) => (await client.personalTokens.list({ signal })).data,
})
