import { newId } from '@piecework/model/ids'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { PieceMetadataTable } from '../../database/schema.ts'
import type { Visibility } from './visibility.ts'

const COLUMNS = [
  'id',
  'created',
  'updated',
  'name',
  'version',
  'platformId',
  'pieceType',
  'packageType',
  'archiveId',
  'projectUsage',
  'metadata',
] as const

export type InstalledPiece = Pick<Selectable<PieceMetadataTable>, (typeof COLUMNS)[number]>

/** Pieces that every platform sees, and those of the platform's own. */
function visible(db: Db, platformId: string | null) {
  const query = db.selectFrom('piece_metadata')
  if (platformId === null) return query.where('platformId', 'is', null)
  return query.where((where) => where.or([where('platformId', 'is', null), where('platformId', '=', platformId)]))
}

export async function selectInstalled(
  db: Db,
  platformId: string | null,
  ids: readonly string[],
): Promise<InstalledPiece[]> {
  if (ids.length === 0) return []
  return visible(db, platformId)
    .select(COLUMNS)
    .where('id', '=', sql<string>`any(${[...ids]}::text[])`)
    .execute()
}

export function selectVersions(db: Db, name: string, platformId: string | null): Promise<InstalledPiece[]> {
  return visible(db, platformId).select(COLUMNS).where('name', '=', name).execute()
}

/** Reads the fields by which a list chooses among versions, without the bulk of the metadata. */
export async function selectNames(db: Db, platformId: string | null) {
  const rows = await visible(db, platformId)
    .select([
      'id',
      'name',
      'version',
      'pieceType',
      'packageType',
      'platformId',
      'updated',
      'inOrder',
      'minimumRelease as minimum',
      'maximumRelease as maximum',
    ])
    .execute()
  return rows.map(({ minimum, maximum, ...row }) => ({
    ...row,
    metadata: { minimumSupportedRelease: minimum ?? undefined, maximumSupportedRelease: maximum ?? undefined },
  }))
}

export interface NewInstalledPiece {
  platformId: string | null
  pieceType: 'OFFICIAL' | 'CUSTOM'
  packageType: 'REGISTRY' | 'ARCHIVE'
  archiveId: string | null
  metadata: PieceMetadata
}

/** @returns false when this version is there already; nothing is changed then. */
export async function insertPiece(db: Db, { metadata, ...piece }: NewInstalledPiece): Promise<boolean> {
  const { name, version } = metadata
  const result = await db
    .insertInto('piece_metadata')
    .values({ id: newId(), ...piece, name, version, metadata: JSON.stringify(metadata) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return result !== undefined
}

/** Pieces of an earlier release, which did not keep the order of actions and properties. */
export function selectOutOfOrder(db: Db, pieceType: 'OFFICIAL' | 'CUSTOM') {
  return db
    .selectFrom('piece_metadata')
    .select(['id', 'name', 'version', 'platformId', 'archiveId'])
    .where('inOrder', '=', false)
    .where('pieceType', '=', pieceType)
    .orderBy('id')
    .execute()
}

/** Writes the metadata of a package that was read again. */
export function updateMetadata(db: Db, id: string, metadata: PieceMetadata): Promise<unknown> {
  return db
    .updateTable('piece_metadata')
    .set({ metadata: JSON.stringify(metadata), inOrder: true, updated: new Date() })
    .where('id', '=', id)
    .execute()
}

/** A piece of the platform's own. */
export function selectOwnPiece(db: Db, platformId: string, id: string): Promise<InstalledPiece | undefined> {
  return db
    .selectFrom('piece_metadata')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('platformId', '=', platformId)
    .executeTakeFirst()
}

export function deletePieces(db: Db, ids: readonly string[]): Promise<unknown> {
  return db
    .deleteFrom('piece_metadata')
    .where('id', 'in', [...ids])
    .execute()
}

/** The owner of an uploaded archive; for workers alone, which serve every platform. */
export async function selectArchiveOwner(db: Db, fileId: string): Promise<{ platformId: string } | undefined> {
  const row = await db
    .selectFrom('file')
    .select('platformId')
    .where('id', '=', fileId)
    .where('type', '=', 'PACKAGE_ARCHIVE')
    .executeTakeFirst()
  return row?.platformId ? { platformId: row.platformId } : undefined
}

/** In how many projects of a platform the latest versions of flows use each piece, by name. Reads every flow. */
export async function countUsesOfPieces(db: Db, platformId: string): Promise<Map<string, number>> {
  const result = await sql<{ name: string; projects: number }>`
    select name, count(distinct "projectId")::int as projects from (
      select f."projectId", jsonb_path_query(v.trigger::jsonb, '$.**.settings.pieceName') #>> '{}' as name
      from project p join flow f on f."projectId" = p.id
      cross join lateral (
        select trigger from flow_version where "flowId" = f.id order by id desc limit 1
      ) v
      where p."platformId" = ${platformId} and p.deleted is null
    ) used group by name order by name`.execute(db)
  return new Map(result.rows.map(({ name, projects }) => [name, projects]))
}

/** It hides pieces from lists; flows that use them go on. */
export async function selectVisibility(
  db: Db,
  platformId: string,
  projectId: string | undefined,
): Promise<Visibility | undefined> {
  const row = await db
    .selectFrom('platform')
    .leftJoin('project', (join) =>
      join.onRef('project.platformId', '=', 'platform.id').on('project.id', '=', projectId ?? ''),
    )
    .leftJoin('project_plan as plan', 'plan.projectId', 'project.id')
    .select([
      'platform.filteredPieceNames as names',
      'platform.filteredPieceBehavior as behavior',
      'plan.pieces',
      'plan.piecesFilterType',
    ])
    .where('platform.id', '=', platformId)
    .executeTakeFirst()
  if (!row) return undefined
  const planned = row.piecesFilterType === 'ALLOWED' ? (row.pieces ?? []) : null
  return { names: row.names, behavior: row.behavior, planned }
}
