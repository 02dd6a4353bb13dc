import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'user.created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'user.id', key: 'id', direction: 'desc', kind: 'text' },
]

export function selectIdentityByEmail(db: Db, email: string) {
  return db.selectFrom('user_identity').selectAll().where('email', '=', email).executeTakeFirst()
}

export function selectIdentityOfUser(db: Db, userId: string) {
  return db
    .selectFrom('user_identity')
    .selectAll('user_identity')
    .innerJoin('user', 'user.identityId', 'user_identity.id')
    .where('user.id', '=', userId)
    .executeTakeFirst()
}

export function insertIdentity(db: Db, row: Insertable<UserIdentityTable>) {
  return db.insertInto('user_identity').values(row).returningAll().executeTakeFirstOrThrow()
}

export function insertUser(db: Db, row: Insertable<UserTable>) {
  return db.insertInto('user').values(row).returningAll().executeTakeFirstOrThrow()
}

/** The memberships of an identity, the one used last first. */
export function selectUsersOfIdentity(db: Db, identityId: string) {
  return db
    .selectFrom('user')
    .selectAll()
    .where('identityId', '=', identityId)
    .where('platformId', 'is not', null)
    .orderBy('lastActiveDate', (order) => order.desc().nullsLast())
    .orderBy('id')
    .execute()
}

function withIdentity(db: Db, platformId: string) {
  return db
    .selectFrom('user')
    .innerJoin('user_identity as identity', 'identity.id', 'user.identityId')
    .select([
      'user.id',
      'user.created',
      'user.updated',
      'user.status',
      'user.platformRole',
      'user.platformId',
      'user.externalId',
      'user.lastActiveDate',
      'identity.email',
      'identity.firstName',
      'identity.lastName',
      'identity.imageUrl',
      'identity.trackEvents',
      'identity.newsLetter',
    ])
    .where('user.platformId', '=', platformId)
}

export type UserRow = NonNullable<Awaited<ReturnType<typeof selectUser>>>

export function selectUser(db: Db, platformId: string, id: string) {
  return withIdentity(db, platformId).where('user.id', '=', id).executeTakeFirst()
}

/** Nobody else changes the user until the transaction ends. @returns the id of one who is there */
export function lockUser(trx: Db, platformId: string, id: string) {
  return trx
    .selectFrom('user')
    .select('id')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export function selectUserByExternalId(db: Db, platformId: string, externalId: string) {
  return db
    .selectFrom('user')
    .select(['id', 'platformRole'])
    .where('platformId', '=', platformId)
    .where('externalId', '=', externalId)
    .executeTakeFirst()
}

export async function selectUsers(db: Db, platformId: string, ids: readonly string[]): Promise<UserRow[]> {
  if (ids.length === 0) return []
  return withIdentity(db, platformId)
    .where('user.id', 'in', [...ids])
    .execute()
}

export function pageUsers(db: Db, platformId: string, filter: { externalId?: string | undefined }, page: PageRequest) {
  let query = withIdentity(db, platformId)
  if (filter.externalId !== undefined) query = query.where('user.externalId', '=', filter.externalId)
  return paginate(query, NEWEST_FIRST, page)
}

export function updateUser(
  db: Db,
  platformId: string,
  id: string,
  changes: Partial<Pick<UserRow, 'status' | 'platformRole' | 'externalId'>>,
) {
  return db
    .updateTable('user')
    .set({ ...changes, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .execute()
}

/** The picture of a person is that of their identity, on every platform. */
export function updatePicture(db: Db, platformId: string, userId: string, imageUrl: string | null) {
  return db
    .updateTable('user_identity')
    .set({ imageUrl, updated: new Date() })
    .where('id', 'in', (e) =>
      e.selectFrom('user').select('identityId').where('id', '=', userId).where('platformId', '=', platformId),
    )
    .execute()
}

/** With the address, in lower case. */
export function selectUserByEmail(db: Db, platformId: string, email: string) {
  return withIdentity(db, platformId).where('identity.email', '=', email).executeTakeFirst()
}

/** @returns whether the password was still the one that is known of it */
export async function replacePassword(
  db: Db,
  known: { id: string; password: string },
  changes: { password: string; tokenVersion: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('user_identity')
    .set({ ...changes, updated: new Date() })
    .where('id', '=', known.id)
    .where('password', '=', known.password)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** With another token version, all sessions of the person end. */
export function updateIdentity(
  db: Db,
  id: string,
  changes: { password?: string; tokenVersion?: string; verified?: true },
): Promise<unknown> {
  return db
    .updateTable('user_identity')
    .set({ ...changes, updated: new Date() })
    .where('id', '=', id)
    .execute()
}
