import type { ScimGroup, ScimPatch } from '@piecework/api/scim'
import type { Access } from '../../access/access.ts'
import type { Actor, PlatformPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { authorize } from '../../policies/policy.ts'
import { scimPolicy } from '../../policies/scim.ts'
import type { ProjectMembers } from '../project-members/service.ts'
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
  access: Access
  projects: Projects
  projectMembers: ProjectMembers
  /** The role of members whom an identity provider adds. */
  defaultRole: string
}

export function createScimGroups({ db, access, projects, projectMembers, defaultRole }: Parts): ScimGroups {
  const find = async ({ platformId }: Actor, id: string) => {
    const row = await selectScimGroup(db, platformId, id)
    if (!row) throw notThere(id)
    return { row, members: await selectScimMembers(db, [id]) }
  }

  /** @throws ScimError invalidValue */
  const requireUsers = async ({ platformId }: Actor, ids: readonly string[]): Promise<void> => {
    const known = new Set((await selectUsers(db, platformId, ids)).map(({ id }) => id))
    const unknown = ids.find((id) => !known.has(id))
    if (unknown !== undefined) throw new ScimError(400, `There is no user ${unknown}`, 'invalidValue')
  }

  /** Members who stay keep their roles. */
  const setMembers = async (actor: Caller, id: string, wanted: ReadonlySet<string>): Promise<void> => {
    const inside = await access.enterProject(actor, id)
    const current = await selectScimMembers(db, [id])
    const known = new Set(current.map(({ userId }) => userId))
    for (const userId of wanted) if (!known.has(userId)) await projectMembers.add(inside, { userId, role: defaultRole })
    for (const member of current) if (!wanted.has(member.userId)) await projectMembers.remove(inside, member.id)
  }

  const write = async (actor: Caller, id: string, before: GroupState, after: GroupState): Promise<GroupWithMembers> => {
    await requireUsers(
      actor,
      [...after.members].filter((userId) => !before.members.has(userId)),
    )
    const isRenamed = before.displayName !== after.displayName || before.externalId !== after.externalId
    if (isRenamed) {
      const { displayName, externalId } = after
      const inside = await access.enterProject(actor, id)
      await projects.update(inside, { displayName, ...(externalId === null ? {} : { externalId }) })
    }
    await setMembers(actor, id, after.members)
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
      const members = withMembers
        ? await selectScimMembers(
            db,
            rows.map(({ id }) => id),
          )
        : undefined
      const groups = rows.map((row) => ({ row, members: members?.filter(({ projectId }) => projectId === row.id) }))
      return { total, groups }
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
      await setMembers(actor, id, wanted)
      return find(actor, id)
    },

    async replace(actor, id, { displayName, externalId = null, members = [] }, check) {
      authorize(actor, scimPolicy.write)
      const found = await find(actor, id)
      check(found)
      const wanted = { displayName, externalId, members: new Set(members.map(({ value }) => value)) }
      return write(actor, id, stateOf(found), wanted)
    },

    async patch(actor, id, patch, check) {
      authorize(actor, scimPolicy.write)
      const found = await find(actor, id)
      check(found)
      const before = stateOf(found)
      return write(actor, id, before, patchGroup(before, patch))
    },

    async remove(actor, id, check) {
      authorize(actor, scimPolicy.write)
      check(await find(actor, id))
      await projects.remove(await access.enterProject(actor, id))
    },
  }
}
