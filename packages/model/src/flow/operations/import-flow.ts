import { z } from 'zod'
import { importContent } from '../content.ts'
import { flowContentWith } from '../migrate.ts'
import { versionOperation } from './operation.ts'

const ImportRequest = flowContentWith({
  /** Pieces that are not there are installed first; for administrators of the platform. */
  installMissing: z.boolean().optional(),
  /** Steps of pieces that are not there come in as invalid ones. Without it, they do so in newer formats alone. */
  allowMissing: z.boolean().optional(),
})

/**
 * Replaces name, steps and notes by those of an export, of any schema version (it is brought to the newest one
 * before it is checked). Sample data does not travel; the caller owns the notes.
 */
export const IMPORT_FLOW = versionOperation('IMPORT_FLOW', ImportRequest, (version, content, context) => {
  const notes = content.notes.map((note) => ({ ...note, ownerId: context.userId }))
  return importContent(version, { ...content, notes }, { sampleData: 'NONE' })
})
