import { isTextWithinDepth, MAX_VALUE_DEPTH } from '@piecework/model/json-depth'

/**
 * The JSON text of a value that goes on to the journal, the log or other processes.
 * @param what names the value in the error
 * @throws Error for a value that nests too deep, and what the value's own toJSON throws
 */
export function printWithinDepth(value: unknown, what: string): string | undefined {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    // The printer uses the stack, which ends a while beyond the bound.
    if (error instanceof RangeError && error.message.includes('call stack')) throw tooDeep(what)
    throw error
  }
  return text === undefined ? undefined : requireDepth(text, what)
}

/** @throws Error for JSON text that nests too deep */
export function requireDepth(text: string, what: string): string {
  if (isTextWithinDepth(text, MAX_VALUE_DEPTH)) return text
  throw tooDeep(what)
}

/** What the author reads. */
export const tooDeepText = (what: string): string =>
  `${what} nests more than ${MAX_VALUE_DEPTH} levels deep, which a flow cannot hand on`

const tooDeep = (what: string): Error => new Error(tooDeepText(what))
