import type { Permission } from '@piecework/model/permission'
import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { client } from './client.ts'
import { growingList } from './growing-list.ts'
import { useProjectId } from './session.ts'

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

/**
 * Whether the role of the person lets them do something in the project in view. Until that is known it does: the server
 * has the last word.
 */
export function useMay(permission: Permission): boolean {
  const { data: role } = useQuery(ownRoleQuery(useProjectId()))
  return role == null || role.permissions.includes(permission)
}
