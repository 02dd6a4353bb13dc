import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type Platform = AnswerOf<Api['platforms']['get']>
export type PlatformBody = Exclude<Parameters<typeof client.platforms.update>[0]['body'], FormData>

const MOST_TAGS = 100

/** The platform with the pieces that its administrators hide. */
export const platformQuery = (id: string) =>
  queryOptions({
    queryKey: ['platform', id],
    queryFn: ({ signal }) => client.platforms.get({ params: { id }, signal }),
  })

/** The tags that pieces may carry. For administrators. */
export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: async ({ signal }) => (await client.tags.list({ query: { limit: MOST_TAGS }, signal })).data,
})

/** The platforms of the person, each with its projects. */
export const platformsQuery = queryOptions({
  queryKey: ['platforms'],
  staleTime: 60_000,
  queryFn: ({ signal }) => client.platforms.list({ signal }),
})
