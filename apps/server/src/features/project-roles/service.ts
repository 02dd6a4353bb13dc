import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Permission } from '@piecework/model/permission'
import type { Actor } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { projectRolePolicy } from '../../policies/project-role.ts'
import {
  countHolders,
  deleteRole,
  insertRole,
  lockOwnRole,
  type ProjectRoleRow,
  selectProjectRole,
  selectProjectRoles,
  selectRoleByName,
  updateRole,
} from './store.ts'

export interface RoleChanges {
  name?: string | undefined
  permissions?: Permission[] | undefined
}

/** The roles that members of projects may have (docs/permissions.md). */
export interface ProjectRoles {
  list(actor: Actor): Promise<(ProjectRoleRow & { userCount: number })[]>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: Actor, id: string): Promise<ProjectRoleRow>
  /** @throws AppError VALIDATION for a name that another role has */
  create(actor: Actor, request: { name: string; permissions: Permission[] }): Promise<ProjectRoleRow>
  /** Counts at once for everybody who has the role. @throws AppError ENTITY_NOT_FOUND, VALIDATION */
  update(actor: Actor, id: string, changes: RoleChanges): Promise<ProjectRoleRow>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION while somebody has the role */
  remove(actor: Actor, idOrName: string): Promise<void>
}

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

const MAX_ROLES = 100

export function createProjectRoles({ db, events, outbox }: Parts): ProjectRoles {
  const load = async (platformId: string, id: string): Promise<ProjectRoleRow> => {
    const role = await selectProjectRole(db, platformId, id)
    if (!role) throw notFound('project_role', id)
    return role
  }

  const requireFreeName = async (platformId: string, name: string, ownId?: string): Promise<void> => {
    const other = await selectRoleByName(db, platformId, name)
    if (other && other.id !== ownId) throw nameTaken(name)
  }

  return {
    async list(actor) {
      authorize(actor, projectRolePolicy.read)
      const { platformId } = actor
      const [roles, holders] = await Promise.all([selectProjectRoles(db, platformId), countHolders(db, platformId)])
      return roles.map((role) => ({ ...role, userCount: holders.get(role.id) ?? 0 }))
    },

    async get(actor, id) {
      authorize(actor, projectRolePolicy.read)
      return load(actor.platformId, id)
    },

    async create(actor, { name, permissions }) {
      authorize(actor, projectRolePolicy.create)
      const { platformId } = actor
      await requireFreeName(platformId, name)
      return named(name, () =>
        outbox.transaction(async (trx, recordEvent) => {
          const row = { id: newId(), platformId, name, permissions, type: 'CUSTOM' } as const
          const role = await insertRole(trx, row, MAX_ROLES)
          if (!role)
            throw new AppError('VALIDATION', { message: `a platform has at most ${MAX_ROLES} roles of its own` })
          recordEvent(actor, 'project.role.created', { projectRole: roleForEvent(role) })
          return role
        }),
      )
    },

    async update(actor, id, { name, permissions }) {
      const { platformId } = actor
      authorize(actor, projectRolePolicy.edit, await load(platformId, id))
      if (name !== undefined) await requireFreeName(platformId, name, id)
      const changes = { ...(name === undefined ? {} : { name }), ...(permissions === undefined ? {} : { permissions }) }
      const role = await named(name ?? '', () =>
        outbox.transaction(async (trx, recordEvent) => {
          const before = await lockOwnRole(trx, platformId, id)
          if (!before) throw notFound('project_role', id)
          const after = await updateRole(trx, platformId, id, changes)
          recordEvent(actor, 'project.role.updated', {
            projectRole: roleForEvent(after),
            ...changesOf(before, changes),
          })
          return after
        }),
      )
      // Anybody may have it.
      await events.emit('ACCESS_CHANGED', { of: 'ANYBODY' })
      return role
    },

    async remove(actor, idOrName) {
      const { platformId } = actor
      const found =
        (await selectProjectRole(db, platformId, idOrName)) ?? (await selectRoleByName(db, platformId, idOrName))
      if (!found) throw notFound('project_role', idOrName)
      authorize(actor, projectRolePolicy.delete, found)
      await outbox.transaction(async (trx, recordEvent) => {
        const role = await lockOwnRole(trx, platformId, found.id)
        if (!role) throw notFound('project_role', idOrName)
        const holders = (await countHolders(trx, platformId)).get(role.id) ?? 0
        if (holders > 0)
          throw new AppError('VALIDATION', {
            message: `${role.name} is the role of ${holders === 1 ? 'one person' : `${holders} people`}: give them another one first`,
          })
        await deleteRole(trx, platformId, role.id)
        recordEvent(actor, 'project.role.deleted', { projectRole: roleForEvent(role) })
      })
    },
  }
}

/** A role as events have it. */
const roleForEvent = ({ id, created, updated, name, permissions }: ProjectRoleRow) => ({
  id,
  created,
  updated,
  name,
  permissions,
})

const nameTaken = (name: string): AppError =>
  new AppError('VALIDATION', { message: `another role is called ${name}`, field: 'name', value: name })

/** Two people may choose one name at the same moment. */
async function named<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error
  }
}
