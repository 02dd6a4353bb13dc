import type { ScimGroup, ScimPatch } from '@piecework/api/scim'
import type { Access } from '../../access/access.ts'
import type { Actor, PlatformPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { scimPolicy } from '../../policies/scim.ts'
import type { ProjectMembers } from '../project-members/service.ts'
import { lockProject } from '../project-members/store.ts'
import type { Projects } from '../projects/service.ts'
import { selectUsers } from '../users/store.ts'
import { notThere, ScimError } from './error.ts'
import { type GroupState, patchGroup } from './patch.ts'
import type { Listing, ScimGroupRow, ScimMemberRow } from './rows.ts'
import { listGroups, selectScimGroup, selectScimMembers } from './store.ts'

type Caller = Actor<PlatformPrincipal>

/** A team project as an identity provider sees it. `members` is undefined where nobody asked for them. */
export interface GroupWithMembers {
  row: ScimGroupRow
  members: ScimMemberRow[] | undefined
}
type Check = (group: GroupWithMembers) => void

export interface ScimGroups {
  list(actor: Actor, listing: Listing, withMembers: boolean): Promise<{ total: number; groups: GroupWithMembers[] }>
  /** @throws ScimError 404 */
  get(actor: Actor, id: string): Promise<GroupWithMembers>
  /** @throws ScimError uniqueness, invalidValue */
  create(actor: Caller, group: ScimGroup): Promise<GroupWithMembers>
  /** @throws ScimError 404, invalidValue */
  replace(actor: Caller, id: string, group: ScimGroup, check: Check): Promise<GroupWithMembers>
  patch(actor: Caller, id: string, patch: ScimPatch, check: Check): Promise<GroupWithMembers>
  /** The project goes, with everything in it. */
  remove(actor: Caller, id: string, check: Check): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  events: Pick<Events, 'emit'>
  access: Access
  projects: Projects
  projectMembers: ProjectMembers
  /** The role of members whom an identity provider adds. */
  defaultRole: string
}

export function createScimGroups(parts: Parts): ScimGroups {
  const { db, outbox, events, access, projects, projectMembers, defaultRole } = parts

  const find = async ({ platformId }: Actor, id: string, trx: Db = db) => {
    const row = await selectScimGroup(trx, platformId, id)
    if (!row) throw notThere(id)
    return { row, members: await selectScimMembers(trx, [id]) }
  }

  /** @throws ScimError invalidValue */
  const requireUsers = async ({ platformId }: Actor, ids: readonly string[], trx: Db = db): Promise<void> => {
    const known = new Set((await selectUsers(trx, platformId, ids)).map(({ id }) => id))
    const unknown = ids.find((id) => !known.has(id))
    if (unknown !== undefined) throw new ScimError(400, `There is no user ${unknown}`, 'invalidValue')
  }

  /** Changes a group by how it is, as a whole or not at all. Nobody else changes it meanwhile. Members who stay keep their roles. */
  const change = async (actor: Caller, id: string, check: Check, wantedOf: (before: GroupState) => GroupState) => {
    await find(actor, id)
    const inside = await access.enterProject(actor, id)
    const changed = await outbox.transaction(async (trx, recordEvent) => {
      await lockProject(trx, inside)
      const found = await find(actor, id, trx)
      check(found)
      const before = stateOf(found)
      const { displayName, externalId, members } = wantedOf(before)
      await requireUsers(
        actor,
        [...members].filter((userId) => !before.members.has(userId)),
        trx,
      )
      const changing = { trx, recordEvent, actor: inside }
      if (before.displayName !== displayName || before.externalId !== externalId)
        await projects.updateWithin(changing, { displayName, externalId })
      return projectMembers.setAll(changing, members, defaultRole)
    })
    for (const userId of changed) await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    return find(actor, id)
  }

  const stateOf = ({ row, members }: { row: ScimGroupRow; members: ScimMemberRow[] }): GroupState => ({
    ...{ displayName: row.displayName, externalId: row.externalId },
    members: new Set(members.map(({ userId }) => userId)),
  })

  return {
    async list(actor, listing, withMembers) {
      authorize(actor, scimPolicy.read)
      const { total, rows } = await listGroups(db, actor.platformId, listing)
      if (!withMembers) return { total, groups: rows.map((row) => ({ row, members: undefined })) }
      const ids = rows.map(({ id }) => id)
      const members = Map.groupBy(await selectScimMembers(db, ids), ({ projectId }) => projectId)
      return { total, groups: rows.map((row) => ({ row, members: members.get(row.id) ?? [] })) }
    },

    get(actor, id) {
      authorize(actor, scimPolicy.read)
      return find(actor, id)
    },

    async create(actor, { displayName, externalId, members = [] }) {
      authorize(actor, scimPolicy.write)
      const wanted = new Set(members.map(({ value }) => value))
      await requireUsers(actor, [...wanted])
      const { id } = await projects.create(actor, { displayName, ...(externalId ? { externalId } : {}) })
      return change(
        actor,
        id,
        () => {},
        (made) => ({ ...made, members: wanted }),
      )
    },

    async replace(actor, id, { displayName, externalId = null, members = [] }, check) {
      authorize(actor, scimPolicy.write)
      const wanted = {
        displayName,
        externalId: externalId || null,
        members: new Set(members.map(({ value }) => value)),
      }
      return change(actor, id, check, () => wanted)
    },

    async patch(actor, id, patch, check) {
      authorize(actor, scimPolicy.write)
      return change(actor, id, check, (before) => patchGroup(before, patch))
    },

    async remove(actor, id, check) {
      authorize(actor, scimPolicy.write)
      check(await find(actor, id))
      await projects.remove(await access.enterProject(actor, id))
    },
  }
}
