import { parseJson } from '@piecework/model/parse-json'
import { isNil } from './guards.ts'

/** Small helpers that pieces import from `@activepieces/shared`. */

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export { isMap as isObject } from './guards.ts'

/** Whether there is nothing in it: null, undefined, an empty text, list or map. */
export function isEmpty(value: unknown): boolean {
  if (isNil(value)) return true
  if (typeof value === 'string' || Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** @throws Error that names the field when there is no value */
export function assertNotNullOrUndefined<T>(value: T, fieldName: string): asserts value is NonNullable<T> {
  if (isNil(value)) throw new Error(`${fieldName} is null or undefined`)
}

type Outcome<T> = { data: T; error: null } | { data: null; error: Error }

export async function tryCatch<T>(run: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { data: await run(), error: null }
  } catch (error) {
    return { data: null, error: asError(error) }
  }
}

export function tryCatchSync<T>(run: () => T): Outcome<T> {
  try {
    return { data: run(), error: null }
  } catch (error) {
    return { data: null, error: asError(error) }
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

/** The value of JSON text; text that is none as it is. */
export function parseToJsonIfPossible(text: unknown): unknown {
  return typeof text === 'string' ? parseJson(text, text) : text
}

/** The list without what is in it already, as JSON sees it. */
export function unique<T>(list: readonly T[]): T[] {
  const seen = new Set<string>()
  return list.filter((item) => {
    const text = JSON.stringify(item)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

/** The list in pieces of a size. */
export function chunk<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

/** A map of one key, or an empty one when there is no value. */
export function spreadIfDefined<T>(key: string, value: T | null | undefined): Record<string, T> {
  return isNil(value) ? {} : { [key]: value }
}
