import { AppError } from '@piecework/model/errors'

/** A secret that a secret manager keeps: its place in a field of a connection. */
export interface SecretReference {
  managerId: string
  /** In the notation of the secret manager. */
  path: string
}

const REFERENCE = /^\{\{([\w-]{1,64})\|ap_sep_v1\|([^{}]{1,2048})\}\}$/
const MARK = '|ap_sep_v1|'
const MAX_DEPTH = 5

/**
 * `{{<id of the secret manager>|ap_sep_v1|<path>}}` in two; undefined for any other text.
 * @throws AppError SECRET_MANAGER_GET_SECRET_FAILED for a text that was meant as a reference, and would be sent as it is
 */
function parseReference(text: string): SecretReference | undefined {
  const [, managerId, path] = REFERENCE.exec(text.trim()) ?? []
  if (managerId !== undefined && path !== undefined) return { managerId, path }
  if (!text.includes(MARK)) return undefined
  const message = `a secret could not be read: a reference is the whole text of its field, and has the form {{<id>${MARK}<path>}}`
  throw new AppError('SECRET_MANAGER_GET_SECRET_FAILED', { message, provider: null })
}

/** Every reference in the fields of a value. */
export function referencesIn(value: unknown, depth = 0): SecretReference[] {
  if (typeof value === 'string') return [parseReference(value) ?? []].flat()
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return []
  return Object.values(value).flatMap((field) => referencesIn(field, depth + 1))
}

/** The value with each reference replaced by its secret. */
export async function withSecrets(
  value: unknown,
  read: (reference: SecretReference) => Promise<string>,
  depth = 0,
): Promise<unknown> {
  if (typeof value === 'string') {
    const reference = parseReference(value)
    return reference ? read(reference) : value
  }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return Promise.all(value.map((item) => withSecrets(item, read, depth + 1)))
  const fields = Object.entries(value).map(async ([key, field]) => [key, await withSecrets(field, read, depth + 1)])
  return Object.fromEntries(await Promise.all(fields))
}
