import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** Finds flows, connections, folders and pieces of a project by words in their names, and runs by their id. */
export const searchQuery = (projectId: string, query: string) =>
  queryOptions({
    queryKey: ['search', projectId, query],
    enabled: query !== '',
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => client.search.all({ query: { projectId, query }, signal }),
  })
