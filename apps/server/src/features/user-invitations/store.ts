import { type Insertable, type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { hasRoom } from '../../database/room.ts'
import type { UserInvitationTable } from '../../database/schema.ts'

export type InvitationRow = Selectable<UserInvitationTable>

const OLDEST_FIRST: readonly OrderColumn[] = [
  { ref: 'user_invitation.created', key: 'created', direction: 'asc', kind: 'time' },
  { ref: 'user_invitation.id', key: 'id', direction: 'asc', kind: 'text' },
]

/** Those of projects that are there. */
function invitations(db: Db) {
  return db
    .selectFrom('user_invitation')
    .leftJoin('project', 'project.id', 'user_invitation.projectId')
    .selectAll('user_invitation')
    .where('project.deleted', 'is', null)
}

export interface InvitationFilter {
  type?: 'PLATFORM' | 'PROJECT' | undefined
  status?: 'PENDING' | 'ACCEPTED' | undefined
}

/** A project, or the whole platform. */
export interface InvitationPlace {
  platformId: string
  projectId?: string
}

export function pageInvitations(
  db: Db,
  { platformId, projectId }: InvitationPlace,
  { type, status }: InvitationFilter,
  page: PageRequest,
) {
  let query = invitations(db).where('user_invitation.platformId', '=', platformId)
  if (projectId !== undefined) query = query.where('user_invitation.projectId', '=', projectId)
  if (type !== undefined) query = query.where('user_invitation.type', '=', type)
  if (status !== undefined) query = query.where('user_invitation.status', '=', status)
  return paginate(query, OLDEST_FIRST, page)
}

export function selectInvitation(db: Db, { platformId, projectId }: InvitationPlace, id: string) {
  return invitations(db)
    .where('user_invitation.platformId', '=', platformId)
    .where('user_invitation.projectId', projectId === undefined ? 'is' : '=', projectId ?? null)
    .where('user_invitation.id', '=', id)
    .executeTakeFirst()
}

/** Nobody else accepts it until the transaction ends. */
export function lockInvitation(trx: Db, id: string): Promise<InvitationRow | undefined> {
  return trx.selectFrom('user_invitation').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** Null for one to a platform; undefined for an unknown one. */
export async function selectProjectOfInvitation(db: Db, id: string): Promise<string | null | undefined> {
  const row = await db.selectFrom('user_invitation').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

/** Locks the invitations that an address has accepted, on every platform, until the transaction ends; oldest first. */
export function lockAccepted(trx: Db, email: string): Promise<InvitationRow[]> {
  return invitations(trx)
    .where('user_invitation.email', '=', email)
    .where('user_invitation.status', '=', 'ACCEPTED')
    .orderBy('user_invitation.id')
    .forUpdate('user_invitation')
    .execute()
}

/** Locks the invitations of an address to a platform that nobody has accepted, and that are not out of date. */
export function lockPending(trx: Db, platformId: string, email: string): Promise<InvitationRow[]> {
  return invitations(trx)
    .where('user_invitation.platformId', '=', platformId)
    .where('user_invitation.email', '=', email)
    .where('user_invitation.status', '=', 'PENDING')
    .where('user_invitation.expires', '>', new Date().toISOString())
    .orderBy('user_invitation.id')
    .forUpdate('user_invitation')
    .execute()
}

/**
 * Stores an invitation, or renews the one that the address has to the same place.
 * @returns undefined where the platform has so many others already
 */
export async function upsertInvitation(
  trx: Db,
  row: Insertable<UserInvitationTable>,
  most: number,
): Promise<InvitationRow | undefined> {
  const others = trx
    .selectFrom('user_invitation')
    .where('platformId', '=', row.platformId)
    .where(sql<boolean>`(email <> ${row.email} or "projectId" is distinct from ${row.projectId ?? null}::text)`)
  if (!(await hasRoom(trx, { table: 'platform', id: row.platformId }, others, most))) return undefined
  const { platformRole, projectRoleId, status, expires } = row
  const changes = { platformRole, projectRoleId, status, expires, updated: new Date() }
  return trx
    .insertInto('user_invitation')
    .values(row)
    .onConflict((conflict) =>
      row.projectId
        ? conflict.columns(['email', 'projectId']).where('projectId', 'is not', null).doUpdateSet(changes)
        : conflict.columns(['email', 'platformId']).where('projectId', 'is', null).doUpdateSet(changes),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function updateInvitation(
  db: Db,
  id: string,
  changes: { status?: 'ACCEPTED'; expires?: Date },
): Promise<InvitationRow> {
  return db
    .updateTable('user_invitation')
    .set({ ...changes, updated: new Date() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function deleteInvitations(db: Db, ids: readonly string[]): Promise<unknown> {
  return db
    .deleteFrom('user_invitation')
    .where('id', 'in', [...ids])
    .execute()
}
