import type { SsoDomain } from '@piecework/api/sso'
import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { PlatformRow } from '../platforms/store.ts'
import type { OutsidePerson } from './outside-person.ts'

type Key = Pick<OutsidePerson, 'platformId' | 'provider' | 'issuer' | 'subject'>

// Any constant.
const LOCK = 4_242_004

/** Until the transaction ends: two sign-ins at once do not make one person twice. */
export async function lockSignIns(trx: Db, platformId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(${platformId}))`.execute(trx)
}

/** The person of an account elsewhere, once it is theirs. */
export function selectLinked(db: Db, { platformId, provider, issuer, subject }: Key) {
  return db
    .selectFrom('federated_identity as link')
    .innerJoin('user_identity', 'user_identity.id', 'link.identityId')
    .selectAll('user_identity')
    .where('link.platformId', '=', platformId)
    .where('link.provider', '=', provider)
    .where('link.issuer', '=', issuer)
    .where('link.subject', '=', subject)
    .executeTakeFirst()
}

/** @returns whether it is linked now; else it is somebody else's */
export async function insertLink(
  db: Db,
  { platformId, provider, issuer, subject }: Key,
  identityId: string,
): Promise<boolean> {
  const row = { id: newId(), platformId, provider, issuer, subject, identityId }
  const made = await db
    .insertInto('federated_identity')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['platformId', 'provider', 'issuer', 'subject'])
        .doUpdateSet({ updated: new Date() })
        .where('federated_identity.identityId', '=', identityId),
    )
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** The accounts elsewhere of a person on a platform, the oldest first. */
export function selectLinks(db: Db, platformId: string, identityId: string) {
  return db
    .selectFrom('federated_identity')
    .select(['id', 'created', 'provider', 'issuer'])
    .where('platformId', '=', platformId)
    .where('identityId', '=', identityId)
    .orderBy('id')
    .execute()
}

/** All links of a person, on every platform: each is a way in. */
export async function countLinks(db: Db, identityId: string): Promise<number> {
  const { count } = await db
    .selectFrom('federated_identity')
    .select((e) => e.fn.countAll<string>().as('count'))
    .where('identityId', '=', identityId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** @returns what it was; undefined when the person had none such on the platform */
export function deleteLink(db: Db, platformId: string, identityId: string, id: string) {
  return db
    .deleteFrom('federated_identity')
    .where('id', '=', id)
    .where('platformId', '=', platformId)
    .where('identityId', '=', identityId)
    .returning(['provider', 'issuer'])
    .executeTakeFirst()
}

/** The address was not proved before: the person who chose the password may be another one. */
export async function takeOverUnverified(db: Db, identityId: string, tokenVersion: string): Promise<void> {
  await db
    .updateTable('user_identity')
    .set({ verified: true, password: '', tokenVersion, updated: new Date() })
    .where('id', '=', identityId)
    .execute()
}

/** The platform that has proved the domain. */
export function selectPlatformOfDomain(db: Db, domain: string): Promise<PlatformRow | undefined> {
  return db
    .selectFrom('platform')
    .selectAll()
    .where('ssoDomain', '=', domain)
    .where(sql<boolean>`"ssoDomainVerification"->>'status' = 'VERIFIED'`)
    .executeTakeFirst()
}

/** @param proof of the claim that it must have; left out, whatever it has. @returns whether it is changed */
export async function updateDomain(
  db: Db,
  platformId: string,
  { ssoDomain, ssoDomainVerification }: SsoDomain,
  proof?: string,
): Promise<boolean> {
  const verification = ssoDomainVerification === null ? null : JSON.stringify(ssoDomainVerification)
  let query = db
    .updateTable('platform')
    .set({ ssoDomain, ssoDomainVerification: verification, updated: new Date() })
    .where('id', '=', platformId)
  if (proof !== undefined) query = query.where(sql<boolean>`"ssoDomainVerification"->'record'->>'value' = ${proof}`)
  return (await query.returning('id').executeTakeFirst()) !== undefined
}
