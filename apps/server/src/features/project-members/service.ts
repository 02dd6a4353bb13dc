import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { Actor, ProjectActor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import { roleWithoutMembership } from '../../access/roles.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { projectMemberPolicy, requireNoMore } from '../../policies/project-member.ts'
import { seeHolders } from '../../policies/project-role.ts'
import { type ProjectRoleRow, selectProjectRole, selectProjectRoles, selectRoleByName } from '../project-roles/store.ts'
import { selectProject } from '../projects/store.ts'
import { selectUser, selectUsers, type UserRow } from '../users/store.ts'
import { enter } from './enter.ts'
import {
  countOthers,
  deleteMember,
  lockProject,
  type MemberFilter,
  type MemberRow,
  pageMembers,
  selectMemberByUser,
  selectMembersOf,
  selectProjectMember,
  selectProjectOfMember,
} from './store.ts'

/** A member with what there is to know of them. */
export interface Member extends MemberRow {
  user: UserRow
  projectRole: ProjectRoleRow
}

/** Who belongs to a project, with which role. Its owner does without being a member. */
export interface ProjectMembers {
  /** The project of a member; undefined for an unknown one. */
  projectOf(id: string): Promise<string | undefined>
  list(
    actor: ProjectActor,
    filter: { projectRoleId?: string | undefined },
    page: PageRequest,
  ): Promise<SeekPage<Member>>
  /** Who has a role, in all projects of the platform. @throws AppError ENTITY_NOT_FOUND */
  listWithRole(actor: Actor, roleId: string, page: PageRequest): Promise<SeekPage<Member>>
  /** The role of who asks; null for none. */
  ownRole(actor: ProjectActor<UserPrincipal>): Promise<ProjectRoleRow | null>
  /**
   * The role of this name, which the actor may give to others.
   * @throws AppError ENTITY_NOT_FOUND, PERMISSION_DENIED for one that may do more than the actor
   */
  grantable(actor: ProjectActor, roleName: string): Promise<ProjectRoleRow>
  /**
   * Adds a user of the platform, or gives a member another role.
   * @throws AppError ENTITY_NOT_FOUND, PERMISSION_DENIED, VALIDATION for a personal project or its last administrator
   */
  add(actor: ProjectActor, request: { userId: string; role: string }): Promise<Member>
  /**
   * Adds somebody who was invited. To give a member another role takes more than the right to invite.
   * @throws AppError as `add`
   */
  invite(actor: ProjectActor, userId: string, roleName: string): Promise<void>
  /** @throws AppError as `add` */
  update(actor: ProjectActor, id: string, roleName: string): Promise<Member>
  /**
   * Leaves these users as members, as part of a change; who stays keeps the role.
   * @returns whose access has changed, to be announced after the change
   * @throws AppError as `add` and `remove`
   */
  setAll(changing: Changing, wanted: ReadonlySet<string>, roleName: string): Promise<string[]>
  /** @throws AppError ENTITY_NOT_FOUND, PERMISSION_DENIED, VALIDATION for the last administrator */
  remove(actor: ProjectActor, id: string): Promise<void>
}

/** A transaction in which members change, and who changes them. */
interface Changing {
  trx: Db
  recordEvent: RecordEvent
  actor: ProjectActor
}

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

// Over 120 lines: one short method for each act, of the same few parts.
export function createProjectMembers({ db, events, outbox }: Parts): ProjectMembers {
  const load = async (actor: ProjectActor, id: string, trx: Db = db): Promise<MemberRow> => {
    const member = await selectProjectMember(trx, actor, id)
    if (!member) throw notFound('project_member', id)
    return member
  }

  const complete = async (platformId: string, rows: readonly MemberRow[]): Promise<Member[]> => {
    const ids = rows.map(({ userId }) => userId)
    const [users, roles] = await Promise.all([selectUsers(db, platformId, ids), selectProjectRoles(db, platformId)])
    const userOf = new Map(users.map((user) => [user.id, user]))
    const roleOf = new Map(roles.map((role) => [role.id, role]))
    return rows.flatMap((row) => {
      const [user, projectRole] = [userOf.get(row.userId), roleOf.get(row.projectRoleId)]
      return user && projectRole ? [{ ...row, user, projectRole }] : []
    })
  }

  const page = async (filter: MemberFilter, request: PageRequest): Promise<SeekPage<Member>> => {
    const found = await pageMembers(db, filter, request)
    return { ...found, data: await complete(filter.platformId, found.data) }
  }

  const roleNamed = async (actor: ProjectActor, name: string, trx: Db = db): Promise<ProjectRoleRow> => {
    const role = await selectRoleByName(trx, actor.platformId, name)
    if (!role) throw notFound('project_role', name, 'role')
    requireNoMore(actor, role)
    return role
  }

  /** @throws AppError VALIDATION */
  const requireOtherAdmin = async (trx: Db, member: MemberRow): Promise<void> => {
    const admin = await selectRoleByName(trx, member.platformId, 'Admin')
    if (member.projectRoleId !== admin?.id || (await countOthers(trx, member)) > 0) return
    throw new AppError('VALIDATION', {
      message: 'this is the last administrator of the project: make somebody else an administrator first',
    })
  }

  /** Takes a member away, as part of a change. @returns the user */
  const removeWithin = async ({ trx, recordEvent, actor }: Changing, id: string): Promise<string> => {
    const member = await load(actor, id, trx)
    requireNoMore(actor, { name: member.roleName, permissions: member.permissions })
    await requireOtherAdmin(trx, member)
    await deleteMember(trx, actor, id)
    const projectMember = { id, userId: member.userId, projectRole: member.roleName }
    recordEvent(actor, 'project.member.removed', { projectMember })
    return member.userId
  }

  /**
   * Makes somebody a member, or gives a member another role.
   * @param invites by the right to invite, which is not enough for the second
   */
  const change = async (actor: ProjectActor, userId: string, roleName: string, invites = false): Promise<Member> => {
    const role = await roleNamed(actor, roleName)
    await outbox.transaction(async (trx, recordEvent) => {
      await lockProject(trx, actor)
      const before = await selectMemberByUser(trx, actor, userId)
      if (before && invites) authorize(actor, projectMemberPolicy.edit)
      if (before) requireNoMore(actor, { name: before.roleName, permissions: before.permissions })
      if (before && before.projectRoleId !== role.id) await requireOtherAdmin(trx, before)
      await enter({ trx, recordEvent, actor }, userId, role)
    })
    await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    const member = await selectMemberByUser(db, actor, userId)
    const [whole] = member ? await complete(actor.platformId, [member]) : []
    if (!whole) throw notFound('project_member', userId)
    return whole
  }

  return {
    projectOf: (id) => selectProjectOfMember(db, id),

    async list(actor, { projectRoleId }, request) {
      authorize(actor, projectMemberPolicy.read)
      const { platformId, projectId } = actor
      return page({ platformId, projectId, projectRoleId }, request)
    },

    async listWithRole(actor, roleId, request) {
      authorize(actor, seeHolders)
      const { platformId } = actor
      if (!(await selectProjectRole(db, platformId, roleId))) throw notFound('project_role', roleId)
      return page({ platformId, projectRoleId: roleId }, request)
    },

    async ownRole(actor) {
      const { principal, platformId } = actor
      const member = await selectMemberByUser(db, actor, principal.id)
      const project = await selectProject(db, platformId, actor.projectId)
      const without = project && roleWithoutMembership(principal, project)
      if (without) return (await selectRoleByName(db, platformId, without)) ?? null
      return member ? ((await selectProjectRole(db, platformId, member.projectRoleId)) ?? null) : null
    },

    grantable: roleNamed,

    async add(actor, { userId, role }) {
      authorize(actor, projectMemberPolicy.add)
      if (!(await selectUser(db, actor.platformId, userId))) throw notFound('user', userId, 'userId')
      return change(actor, userId, role)
    },

    async invite(actor, userId, roleName) {
      await change(actor, userId, roleName, true)
    },

    async update(actor, id, roleName) {
      authorize(actor, projectMemberPolicy.edit)
      return change(actor, (await load(actor, id)).userId, roleName)
    },

    async setAll({ trx, recordEvent, actor }, wanted, roleName) {
      authorize(actor, projectMemberPolicy.add)
      authorize(actor, projectMemberPolicy.remove)
      const { platformId } = actor
      const role = await roleNamed(actor, roleName, trx)
      await lockProject(trx, actor)
      const current = await selectMembersOf(trx, actor)
      const known = new Set(current.map(({ userId }) => userId))
      const coming = [...wanted].filter((userId) => !known.has(userId))
      const users = new Set((await selectUsers(trx, platformId, coming)).map(({ id }) => id))
      for (const userId of coming) {
        if (!users.has(userId)) throw notFound('user', userId, 'userId')
        await enter({ trx, recordEvent, actor }, userId, role)
      }
      const leaving = current.filter(({ userId }) => !wanted.has(userId))
      for (const { id } of leaving) await removeWithin({ trx, recordEvent, actor }, id)
      return [...coming, ...leaving.map(({ userId }) => userId)]
    },

    async remove(actor, id) {
      authorize(actor, projectMemberPolicy.remove)
      const userId = await outbox.transaction(async (trx, recordEvent) => {
        await lockProject(trx, actor)
        return removeWithin({ trx, recordEvent, actor }, id)
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    },
  }
}
