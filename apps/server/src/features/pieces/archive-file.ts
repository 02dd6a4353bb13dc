import { notFound } from '@piecework/model/errors'
import type { Db } from '../../database/open.ts'
import type { Files } from '../files/service.ts'
import { selectArchiveOwner } from './store.ts'

/** The bytes of an uploaded piece, for workers, which serve every platform. @throws AppError ENTITY_NOT_FOUND */
export async function loadPieceArchive(db: Db, files: Files, fileId: string): Promise<Uint8Array> {
  const owner = await selectArchiveOwner(db, fileId)
  const file = owner && (await files.read(owner, fileId))
  if (!file) throw notFound('file', fileId)
  return file.data
}
