import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** The keys of a project for the graph API, newest first. */
export const projectKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['project-keys', projectId],
    queryFn: async ({ signal }) => (await client.projectKeys.list({ query: { projectId }, signal })).data,
  })
