import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type Folder = AnswerOf<Api['folders']['get']>

/** The folders of a project by name, up to 1,000. */
export const foldersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['folders', projectId],
    queryFn: async ({ signal }) => {
      const { data } = await client.folders.list({ query: { projectId, limit: 1000 }, signal })
      return data.sort((a, b) => a.displayName.localeCompare(b.displayName))
    },
  })
