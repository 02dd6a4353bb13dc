import type { Permission } from '@piecework/model/permission'
import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { client, queries } from './client.ts'
import { growingList } from './growing-list.ts'
import { currentSession, useProjectId } from './session.ts'

export type Member = AnswerOf<Api['projectMembers']['list']>['data'][number]

const PAGE = 100

export const membersQuery = (projectId: string) =>
  growingList(['members', projectId], (cursor, signal) =>
    client.projectMembers.list({ query: { projectId, cursor, limit: PAGE, abilities: true }, signal }),
  )

const ownRoleQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['own-role', projectId],
    staleTime: 30_000,
    queryFn: ({ signal }) => client.projectMembers.role({ query: { projectId }, signal }),
  })

/** Loads the role of the person in the project in view, so that the first look at a page knows what they may do. */
export async function loadOwnRole(): Promise<void> {
  const session = currentSession()
  // Without an answer the server has the last word.
  if (session) await queries.ensureQueryData(ownRoleQuery(session.projectId)).catch(() => {})
}

/**
 * Tells what the role of the person lets them do in the project in view. Until that is known it lets them do everything:
 * the server has the last word.
 */
export function useRole(): { may(permission: Permission): boolean } {
  const { data: role } = useQuery(ownRoleQuery(useProjectId()))
  return { may: (permission) => role == null || role.permissions.includes(permission) }
}

export const useMay = (permission: Permission): boolean => useRole().may(permission)
