import { z } from 'zod'
import { MAX_NOTE } from '../bounds.ts'
import { Note } from '../flow.ts'
import { invalid } from '../invalid.ts'
import { versionOperation } from './operation.ts'

/** Changes a note. */
export const UPDATE_NOTE = versionOperation(
  'UPDATE_NOTE',
  Note.pick({ id: true, content: true, ownerId: true, color: true, position: true, size: true }).extend({
    content: z.string().max(MAX_NOTE),
  }),
  (version, request, { now }) => {
    if (!version.notes.some((note) => note.id === request.id))
      throw invalid(`note ${request.id} does not exist`, { field: 'id', value: request.id })
    const notes = version.notes.map((note) =>
      note.id === request.id ? { ...note, ...request, ownerId: request.ownerId ?? note.ownerId, updatedAt: now } : note,
    )
    return { ...version, notes }
  },
)
