import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** The connections that a project can use, by name, up to 1,000. */
export const connectionNamesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['connections', 'names', projectId],
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const { data } = await client.appConnections.list({ query: { projectId, limit: 1000 }, signal })
      return data.map(({ externalId, displayName }) => ({ externalId, displayName }))
    },
  })
