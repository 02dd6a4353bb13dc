import type { SelectQueryBuilder } from 'kysely'
import type { Db } from './open.ts'
import type { Database } from './schema.ts'

/**
 * Whether a platform, project or person may have one more row. Others that add one to it wait until this transaction ends, so
 * that two cannot both take the last place.
 * @param rows those that it has
 */
export async function hasRoom<T extends keyof Database>(
  trx: Db,
  owner: { table: 'platform' | 'project' | 'user'; id: string },
  rows: SelectQueryBuilder<Database, T, object>,
  most: number,
): Promise<boolean> {
  await trx.selectFrom(owner.table).select('id').where('id', '=', owner.id).forUpdate().execute()
  const { count } = await rows.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return Number(count) < most
}
