import { createHash } from 'node:crypto'
import { ALPHABET, ID_LENGTH, newId, TIME_LENGTH } from '@piecework/model/ids'

/**
 * An id that is the same for the same time and parts. What is delivered again makes rows of the same ids, and those
 * that are stored already stay as they are.
 */
export function derivedId(time: Date, ...parts: (string | number)[]): string {
  const prefix = newId(time.getTime()).slice(0, TIME_LENGTH)
  const hash = createHash('sha256').update(parts.join('\n')).digest()
  return prefix + [...hash.subarray(0, ID_LENGTH - TIME_LENGTH)].map((byte) => ALPHABET[byte % 62]).join('')
}
