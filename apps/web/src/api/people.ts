import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { growingList } from './growing-list.ts'

export type User = AnswerOf<Api['users']['list']>['data'][number]
export type Invitation = AnswerOf<Api['userInvitations']['list']>['data'][number]
/** The outcome of one of several invitations. */
export type Outcome = AnswerOf<Api['userInvitations']['createMany']>['data'][number]
export type ProjectRole = AnswerOf<Api['projectRoles']['list']>['data'][number]

const MOST = 200
const PAGE = 100

/** The people of the platform, up to 200. For administrators. */
export const usersQuery = queryOptions({
  queryKey: ['users', 'list'],
  queryFn: async ({ signal }) => (await client.users.list({ query: { limit: MOST }, signal })).data,
})

/** All people of the platform, page by page. For administrators. */
export const peopleQuery = growingList(['users', 'pages'], (cursor, signal) =>
  client.users.list({ query: { cursor, limit: PAGE }, signal }),
)

export const meQuery = queryOptions({
  queryKey: ['users', 'me'],
  queryFn: ({ signal }) => client.users.get({ params: { id: 'me' }, signal }),
})

/** Open invitations to a project, or those of the whole platform. */
export const invitationsQuery = (projectId?: string) =>
  growingList(['invitations', projectId], (cursor, signal) =>
    client.userInvitations.list({ query: { projectId, cursor, limit: PAGE, abilities: true }, signal }),
  )

/** The roles that people may have in projects: the four that every platform has first. */
export const projectRolesQuery = queryOptions({
  queryKey: ['project-roles'],
  queryFn: async ({ signal }) => (await client.projectRoles.list({ query: { abilities: true }, signal })).data,
})
