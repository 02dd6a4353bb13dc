import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client, queries } from './client.ts'
import { growingList } from './growing-list.ts'

export type Project = AnswerOf<Api['projects']['list']>['data'][number]

/** The projects that the person may enter, up to 200. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  staleTime: 60_000,
  queryFn: async ({ signal }) => (await client.projects.list({ query: { limit: 200, abilities: true }, signal })).data,
})

/** Loads the projects, so that the first look at a page knows the name of the one in view. */
export async function loadProjects(): Promise<void> {
  // Without an answer the name is missing, and the page is there.
  await queries.ensureQueryData(projectsQuery).catch(() => {})
}

const PAGE = 100

/** The projects whose name has these words, page by page. */
export const projectPagesQuery = (words: string) =>
  growingList(['projects', 'pages', words], (cursor, signal) =>
    client.projects.list({
      query: { cursor, limit: PAGE, abilities: true, ...(words && { displayName: words }) },
      signal,
    }),
  )
