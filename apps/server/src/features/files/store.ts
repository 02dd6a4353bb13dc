import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { FileTable } from '../../database/schema.ts'

const PACKED = ['id', 'location', 'data', 's3Key', 'compression'] as const
const INFO = ['id', 'projectId', 'platformId', 'fileName', 'size', 'metadata', 'type', 'created'] as const

export type FileOwner = { projectId: string } | { platformId: string }

export function insertFile(db: Db, row: Insertable<FileTable>): Promise<unknown> {
  return db.insertInto('file').values(row).execute()
}

export function selectFile(db: Db, owner: FileOwner, id: string) {
  return owned(db, owner)
    .select([...INFO, ...PACKED])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** All of a file but its bytes. */
export function selectInfo(db: Db, owner: FileOwner, id: string) {
  return owned(db, owner)
    .select([...INFO, 'location', 's3Key', 'compression'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The platform of a public image. Images are the only files that are found by their id alone. */
export async function selectPlatformOfImage(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('file')
    .select('platformId')
    .where('id', '=', id)
    .where('type', 'in', ['PLATFORM_ASSET', 'USER_PROFILE_PICTURE'])
    .executeTakeFirst()
  return row?.platformId ?? undefined
}

export function selectFiles(db: Db, owner: FileOwner, ids: readonly string[]) {
  return owned(db, owner)
    .select([...INFO, ...PACKED])
    .where('id', 'in', [...ids])
    .execute()
}

export type PackedFile = Pick<Selectable<FileTable>, 'id' | 'location' | 'data' | 's3Key' | 'compression'>

export function selectContents(db: Db, owner: FileOwner, ids: readonly string[]): Promise<PackedFile[]> {
  return owned(db, owner)
    .select(PACKED)
    .where('id', 'in', [...ids])
    .execute()
}

/** Takes the rows away and gives back where their bytes are. */
export function deleteFiles(db: Db, owner: FileOwner, ids: readonly string[]) {
  const query = db.deleteFrom('file').where('id', 'in', [...ids])
  const scoped =
    'projectId' in owner
      ? query.where('projectId', '=', owner.projectId)
      : query.where('platformId', '=', owner.platformId)
  return scoped.returning(['id', 'location', 's3Key']).execute()
}

function owned(db: Db, owner: FileOwner) {
  const query = db.selectFrom('file')
  return 'projectId' in owner
    ? query.where('projectId', '=', owner.projectId)
    : query.where('platformId', '=', owner.platformId)
}
