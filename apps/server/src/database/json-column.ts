import { isTextWithinDepth, MAX_VALUE_DEPTH } from '@piecework/model/json-depth'
import { parseJson } from '@piecework/model/parse-json'

/** Stands for a stored value that cannot be read, so that the rest of its row can still be shown. */
export interface Unreadable {
  unreadable: string
}

/** Stored JSON text as a value, or the word that it cannot be read: one value never keeps others from being read. */
export function readJson(text: string): unknown {
  if (!isTextWithinDepth(text, MAX_VALUE_DEPTH))
    return unreadable(`The value nests more than ${MAX_VALUE_DEPTH} levels deep.`)
  return parseJson(text, unreadable('The value is not JSON.'))
}

export const unreadable = (reason: string): Unreadable => ({ unreadable: reason })
