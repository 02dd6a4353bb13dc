import { importContent } from '../content.ts'
import { FlowContent } from '../migrate.ts'
import { versionOperation } from './operation.ts'

/**
 * Replaces name, steps and notes by those of an export, of any schema version (it is brought to the newest one
 * before it is checked). Sample data does not travel; the caller owns the notes.
 */
export const IMPORT_FLOW = versionOperation('IMPORT_FLOW', FlowContent, (version, content, context) => {
  const notes = content.notes.map((note) => ({ ...note, ownerId: context.userId }))
  return importContent(version, { ...content, notes }, { sampleData: 'NONE' })
})
