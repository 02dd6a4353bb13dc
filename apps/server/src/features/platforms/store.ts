import { NO_BRAND_COLOUR } from '@piecework/model/brand/accents'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { PlatformTable } from '../../database/schema.ts'
import { APP_IMAGES } from './brand.ts'

export type PlatformRow = Selectable<PlatformTable>

export function insertPlatform(db: Db, platform: { id: string; ownerId: string; name: string }): Promise<unknown> {
  return db
    .insertInto('platform')
    .values({
      ...platform,
      primaryColor: NO_BRAND_COLOUR,
      ...APP_IMAGES,
    })
    .execute()
}

export function selectPlatform(db: Db, id: string): Promise<PlatformRow | undefined> {
  return db.selectFrom('platform').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Others that change it wait. */
export function lockPlatform(trx: Db, id: string): Promise<PlatformRow | undefined> {
  return trx.selectFrom('platform').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

// Any constant.
const FOUNDING_LOCK = 4_242_002

/** Until the transaction ends: two people who sign up first at the same moment must not both found a platform. */
export async function lockPlatformCreation(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(FOUNDING_LOCK)})`.execute(trx)
}

/** The platform that was founded first; undefined on a new server. */
export function selectFirstPlatform(db: Db): Promise<PlatformRow | undefined> {
  return db.selectFrom('platform').selectAll().orderBy('id').limit(1).executeTakeFirst()
}

/** How many platforms a person owns. */
export async function countPlatformsOf(db: Db, identityId: string): Promise<number> {
  const { count } = await db
    .selectFrom('platform')
    .innerJoin('user', 'user.id', 'platform.ownerId')
    .select((e) => e.fn.countAll<string>().as('count'))
    .where('user.identityId', '=', identityId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The platforms on which the person behind a user is active. */
export function selectPlatformsOfPerson(db: Db, userId: string) {
  return db
    .selectFrom('user as own')
    .innerJoin('user as member', 'member.identityId', 'own.identityId')
    .innerJoin('platform', 'platform.id', 'member.platformId')
    .select(['platform.id', 'platform.name', 'member.id as userId', 'member.platformRole'])
    .where('own.id', '=', userId)
    .where('member.status', '=', 'ACTIVE')
    .orderBy('platform.id')
    .execute()
}

export type PlatformChanges = Partial<
  Pick<
    PlatformRow,
    | 'name'
    | 'primaryColor'
    | 'logoIconUrl'
    | 'fullLogoUrl'
    | 'favIconUrl'
    | 'filteredPieceNames'
    | 'filteredPieceBehavior'
    | 'cloudAuthEnabled'
    | 'emailAuthEnabled'
    | 'secondFactorRequired'
    | 'allowedAuthDomains'
    | 'enforceAllowedAuthDomains'
    | 'pinnedPieces'
    | 'workerGroupId'
  >
> & { federatedAuthProviders?: string; ssoDomain?: string | null; ssoDomainVerification?: string | null }

/** @returns whether there is such a platform. */
export async function updatePlatform(db: Db, id: string, changes: PlatformChanges): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('platform')
    .set({ ...changes, updated: new Date() })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
