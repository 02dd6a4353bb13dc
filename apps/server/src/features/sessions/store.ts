import { type Insertable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { UserSessionTable } from '../../database/sign-in-tables.ts'

/** The rules by which the sign-in of a person asks for more than its first step. */
export function selectSecondFactorNeeds(db: Db, userId: string) {
  return db
    .selectFrom('user')
    .innerJoin('platform', 'platform.id', 'user.platformId')
    .leftJoin('second_factor', 'second_factor.identityId', 'user.identityId')
    .select(['platform.secondFactorRequired', 'second_factor.confirmedAt'])
    .where('user.id', '=', userId)
    .executeTakeFirst()
}

/** A new session, in the place of those that are over, and of the oldest where the person has too many. */
export async function insertSession(db: Db, row: Insertable<UserSessionTable>, most: number): Promise<void> {
  await db
    .deleteFrom('user_session')
    .where('userId', '=', row.userId)
    .where((e) =>
      e.or([
        e('expiresAt', '<=', sql<string>`now()`),
        e(
          'id',
          'in',
          e
            .selectFrom('user_session')
            .select('id')
            .where('userId', '=', row.userId)
            .orderBy('lastUsedAt', 'desc')
            .orderBy('id')
            .offset(most - 1),
        ),
      ]),
    )
    .execute()
  await db.insertInto('user_session').values(row).execute()
}

/** The sessions of a person that go on, the one used last first. */
export function selectSessions(db: Db, userId: string, usedSince: Date) {
  return db
    .selectFrom('user_session')
    .select(['id', 'created', 'means', 'ip', 'device', 'secondFactor', 'lastUsedAt', 'expiresAt'])
    .where('userId', '=', userId)
    .where('expiresAt', '>', new Date().toISOString())
    .where('lastUsedAt', '>', usedSince.toISOString())
    .orderBy('lastUsedAt', 'desc')
    .orderBy('id')
    .execute()
}

/** How a session began. */
export function selectSession(db: Db, userId: string, id: string) {
  return db
    .selectFrom('user_session')
    .select(['means', 'secondFactor'])
    .where('userId', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Nobody else uses it until the transaction ends. */
export function lockSession(trx: Db, userId: string, id: string) {
  return trx
    .selectFrom('user_session')
    .innerJoin('user', 'user.id', 'user_session.userId')
    .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
    .selectAll('user_session')
    .select('user_identity.tokenVersion')
    .where('user_session.userId', '=', userId)
    .where('user_session.id', '=', id)
    .forUpdate('user_session')
    .executeTakeFirst()
}

/** The token of before is void a moment later. */
export function turnSession(db: Db, id: string, turn: number, turnedAt: Date): Promise<unknown> {
  return db.updateTable('user_session').set({ turn, turnedAt }).where('id', '=', id).execute()
}

/** @returns whether there was one */
export async function deleteSession(db: Db, userId: string, id: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('user_session')
    .where('userId', '=', userId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

/** Ends the sessions of people, but for one, and those of tokens of earlier releases. */
export async function deleteSessionsOf(db: Db, userIds: readonly string[], butFor = ''): Promise<void> {
  if (userIds.length === 0) return
  await db
    .deleteFrom('user_session')
    .where('userId', 'in', [...userIds])
    .where('id', '!=', butFor)
    .execute()
  await db
    .updateTable('user')
    .set({ signedOutAt: new Date() })
    .where('id', 'in', [...userIds])
    .execute()
}

/** Removes sessions that are over. */
export async function deleteEndedSessions(db: Db, now: Date, usedSince: Date): Promise<void> {
  await db
    .deleteFrom('user_session')
    .where((e) => e.or([e('expiresAt', '<=', now.toISOString()), e('lastUsedAt', '<=', usedSince.toISOString())]))
    .execute()
}
