import { createHash } from 'node:crypto'
import { AppError } from '@piecework/model/errors'

/** The cursors of one list: those of another one are refused, also where their rows have the same order. */
export interface ListCursors {
  /** @throws AppError INVALID_CURSOR for one of another list */
  read(cursor: string): string
  write(cursor: string): string
}

const TAG_LENGTH = 8

/** @param params those of the path, such as the form whose submissions are listed */
export function cursorsOf(operationId: string, params: unknown): ListCursors {
  const hash = createHash('sha256').update(JSON.stringify([operationId, params ?? null]))
  const tag = `${hash.digest('base64url').slice(0, TAG_LENGTH)}.`
  return {
    read(cursor) {
      if (cursor.startsWith(tag)) return cursor.slice(tag.length)
      throw new AppError('INVALID_CURSOR', {
        field: 'cursor',
        message: 'query/cursor: does not belong to this list; begin without a cursor',
      })
    },
    write: (cursor) => tag + cursor,
  }
}
