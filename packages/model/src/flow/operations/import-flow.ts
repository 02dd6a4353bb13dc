import { z } from 'zod'
import { importContent } from '../content.ts'
import { flowContentWith } from '../migrate.ts'
import { versionOperation } from './operation.ts'

const ImportRequest = flowContentWith({
  /** Missing pieces are installed first; for administrators of the platform. */
  installMissing: z.boolean().optional(),
  /** Steps of missing pieces are imported as invalid ones. Without it, only newer formats do so. */
  allowMissing: z.boolean().optional(),
})

/**
 * Replaces name, steps and notes by those of an export, of any schema version (it is brought to the newest one before
 * it is checked). Sample data is not imported; the caller becomes the author of the notes.
 */
export const IMPORT_FLOW = versionOperation('IMPORT_FLOW', ImportRequest, (version, content, context) => {
  const notes = content.notes.map((note) => ({ ...note, ownerId: context.userId }))
  // A graph without fingerprints is this flow as somebody drew it again.
  const isRedrawn = content.graph !== undefined && content.graph !== null && content.graph.steps === undefined
  return importContent(version, { ...content, notes }, { sampleData: isRedrawn ? 'SAME_NAME' : 'NONE' })
})
