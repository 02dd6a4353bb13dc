import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** The accounts elsewhere by which the person signs in. */
export const linkedAccountsQuery = queryOptions({
  queryKey: ['linked-accounts'],
  queryFn: async ({ signal }) => (await client.sso.links({ signal })).data,
})
