import type { ProjectMember } from '@piecework/api/member-shapes'
import { presentUser } from '../users/present.ts'
import type { Member } from './service.ts'

export function presentMember({ user, projectName, roleName: _, permissions: __, ...member }: Member): ProjectMember {
  return { ...member, user: presentUser(user), project: { id: member.projectId, displayName: projectName } }
}
