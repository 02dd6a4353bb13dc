import { z } from 'zod'
import { invalid } from '../invalid.ts'
import { versionOperation } from './operation.ts'

/** Takes a note off the canvas. */
export const DELETE_NOTE = versionOperation('DELETE_NOTE', z.object({ id: z.string() }), (version, { id }) => {
  if (!version.notes.some((note) => note.id === id))
    throw invalid(`note ${id} does not exist`, { field: 'id', value: id })
  return { ...version, notes: version.notes.filter((note) => note.id !== id) }
})
