import type { Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { PieceMetadataTable } from '../../database/schema.ts'

export type InstalledPiece = Selectable<PieceMetadataTable>

/** Pieces that every platform sees, and those of the platform's own. */
function visible(db: Db, platformId: string | null) {
  const query = db.selectFrom('piece_metadata').selectAll()
  if (platformId === null) return query.where('platformId', 'is', null)
  return query.where((where) => where.or([where('platformId', 'is', null), where('platformId', '=', platformId)]))
}

export function selectInstalled(db: Db, platformId: string | null): Promise<InstalledPiece[]> {
  return visible(db, platformId).execute()
}

export function selectVersions(db: Db, name: string, platformId: string | null): Promise<InstalledPiece[]> {
  return visible(db, platformId).where('name', '=', name).execute()
}
