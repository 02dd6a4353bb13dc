import { z } from 'zod'
import { MAX_NOTE } from '../bounds.ts'
import { Note } from '../flow.ts'
import { invalid } from '../invalid.ts'
import { versionOperation } from './operation.ts'

/** Puts a note on the canvas. */
export const ADD_NOTE = versionOperation(
  'ADD_NOTE',
  Note.pick({ id: true, content: true, color: true, position: true, size: true }).extend({
    content: z.string().max(MAX_NOTE),
  }),
  (version, request, { now, userId }) => {
    if (version.notes.some((note) => note.id === request.id))
      throw invalid(`there is already a note ${request.id}`, { field: 'id', value: request.id })
    const note = { ...request, ownerId: userId, createdAt: now, updatedAt: now }
    return { ...version, notes: [...version.notes, note] }
  },
)
