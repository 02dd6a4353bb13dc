import { constants } from 'node:buffer'
import { isTextWithinDepth, MAX_VALUE_DEPTH } from '@piecework/model/json-depth'

/**
 * The JSON text of a value that goes on to the journal, the log or other processes.
 * @param what names the value in the error
 * @throws Error for a value that nests too deep or makes no text, and what the value's own toJSON throws
 */
export function printWithinDepth(value: unknown, what: string): string | undefined {
  let text: string | undefined
  try {
    if (Array.isArray(value) && value.length > LONGEST_LIST) throw tooLarge(what)
    text = JSON.stringify(value)
  } catch (error) {
    // The printer uses the stack, which ends a while beyond the bound.
    if (error instanceof RangeError && error.message.includes('call stack')) throw tooDeep(what)
    if (error instanceof RangeError && error.message === NO_STRING) throw tooLarge(what)
    throw error
  }
  return text === undefined ? undefined : requireDepth(text, what)
}

/** @throws Error for JSON text that nests too deep */
export function requireDepth(text: string, what: string): string {
  if (isTextWithinDepth(text, MAX_VALUE_DEPTH)) return text
  throw tooDeep(what)
}

/** Each item takes two letters at least. Printing so many, only to find that they make no text, fills the memory. */
export const LONGEST_LIST = Math.floor(constants.MAX_STRING_LENGTH / 2)
/** How V8 says that a text would be longer than any can be. */
export const NO_STRING = 'Invalid string length'

/** The error that the author of the flow reads. */
export const tooLargeText = (what: string): string =>
  `${what} is too large to hand on: its JSON would be longer than the longest text there is, of 512 MB`

const tooLarge = (what: string): Error => new Error(tooLargeText(what))

/** The same. */
export const tooDeepText = (what: string): string =>
  `${what} nests more than ${MAX_VALUE_DEPTH} levels deep, which a flow cannot hand on`

const tooDeep = (what: string): Error => new Error(tooDeepText(what))
