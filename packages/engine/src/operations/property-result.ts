/** The result for a form when the options of a property cannot be loaded. */
export const FAILED_OPTIONS = {
  disabled: true,
  options: [],
  placeholder: 'Throws an error, reconnect or refresh the page',
}

/** More than this no form can show. */
const MAX_OPTIONS_LENGTH = 10 * 1024 * 1024

/**
 * Checks the result of a resolver, as JSON: options with a list, or properties that each have a type. Invalid entries
 * are left out.
 * @param isDynamic the resolver gives properties
 * @returns FAILED_OPTIONS for anything else, also when it is not JSON, or too large
 */
export function presentableOptions(given: unknown, isDynamic: boolean): unknown {
  const value = asJson(given)
  if (isDynamic) {
    // Many pieces give nothing while there is no connection yet.
    if (value === null) return {}
    return isRecord(value)
      ? pick(value, (property) => isRecord(property) && typeof property.type === 'string')
      : FAILED_OPTIONS
  }
  if (!isRecord(value)) return FAILED_OPTIONS
  const { options = [] } = value
  return Array.isArray(options) ? { ...value, options: options.filter(isRecord) } : FAILED_OPTIONS
}

/** @returns undefined for what is too large. @throws what JSON.stringify throws */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > MAX_OPTIONS_LENGTH ? undefined : JSON.parse(text)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const pick = (record: Record<string, unknown>, isWanted: (value: unknown) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => isWanted(value)))
