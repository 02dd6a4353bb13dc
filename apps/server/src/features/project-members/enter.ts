import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Place } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { EventActor, RecordEvent } from '../../outbox/outbox.ts'
import { type ProjectRoleRow, shareRole } from '../project-roles/store.ts'
import { countMembers, lockProject, selectMemberByUser, upsertMember } from './store.ts'

interface Entering {
  trx: Db
  recordEvent: RecordEvent
  /** Who does it, in the project. */
  actor: EventActor & Place
}

const MAX_MEMBERS = 10_000

/**
 * Gives a user a role in a project, as part of a change whose rules were looked at.
 * @throws AppError ENTITY_NOT_FOUND, VALIDATION for a personal project
 */
export async function enter(
  { trx, recordEvent, actor }: Entering,
  userId: string,
  role: ProjectRoleRow,
): Promise<void> {
  const project = await lockProject(trx, actor)
  if (!project) throw notFound('project', actor.projectId)
  if (project.type === 'PERSONAL')
    throw new AppError('VALIDATION', { message: 'a personal project has no members besides its owner' })
  if (!(await shareRole(trx, role.id))) throw notFound('project_role', role.name, 'role')
  const before = await selectMemberByUser(trx, actor, userId)
  if (before?.projectRoleId === role.id) return
  if (!before && (await countMembers(trx, actor.projectId)) >= MAX_MEMBERS)
    throw new AppError('VALIDATION', { message: `a project has at most ${MAX_MEMBERS} members` })
  const { projectId, platformId } = actor
  const id = before?.id ?? newId()
  await upsertMember(trx, { id, projectId, platformId, userId, projectRoleId: role.id })
  const projectMember = { id, userId, projectRole: role.name }
  if (!before) recordEvent(actor, 'project.member.added', { projectMember })
  else
    recordEvent(actor, 'project.member.updated', {
      projectMember,
      before: { projectRole: before.roleName },
      after: { projectRole: role.name },
    })
}
