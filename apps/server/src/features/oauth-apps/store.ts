import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { OAuthAppTable } from '../../database/schema.ts'

export type OAuthAppRow = Omit<Selectable<OAuthAppTable>, 'clientSecret'>

/** Never the secret. */
const COLUMNS = ['id', 'created', 'updated', 'platformId', 'pieceName', 'clientId'] as const

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

export function pageApps(db: Db, platformId: string, page: PageRequest) {
  return paginate(db.selectFrom('oauth_app').select(COLUMNS).where('platformId', '=', platformId), NEWEST_FIRST, page)
}

export function upsertApp(db: Db, row: Insertable<OAuthAppTable>): Promise<OAuthAppRow> {
  const { clientId, clientSecret } = row
  return db
    .insertInto('oauth_app')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['platformId', 'pieceName']).doUpdateSet({ clientId, clientSecret, updated: new Date() }),
    )
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

export async function deleteApp(db: Db, platformId: string, id: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('oauth_app')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return gone !== undefined
}

export async function selectSecret(db: Db, platformId: string, pieceName: string, clientId: string) {
  const row = await db
    .selectFrom('oauth_app')
    .select('clientSecret')
    .where('platformId', '=', platformId)
    .where('pieceName', '=', pieceName)
    .where('clientId', '=', clientId)
    .executeTakeFirst()
  return row?.clientSecret
}
