import { SCIM_USER_EXTENSION, ScimGroup, type ScimPatch, ScimUser } from '@piecework/api/scim'
import type { z } from 'zod'
import { ScimError } from './error.ts'

type Operation = ScimPatch['Operations'][number]

/** The places of a user's attributes, by their path in lower case. */
const USER_PATHS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  username: ['userName'],
  externalid: ['externalId'],
  active: ['active'],
  name: ['name'],
  'name.givenname': ['name', 'givenName'],
  'name.familyname': ['name', 'familyName'],
  'emails[type eq "work"].value': ['userName'],
  'emails[primary eq true].value': ['userName'],
  [SCIM_USER_EXTENSION.toLowerCase()]: [SCIM_USER_EXTENSION],
  [`${SCIM_USER_EXTENSION}:platformRole`.toLowerCase()]: [SCIM_USER_EXTENSION, 'platformRole'],
}
/** Attributes may be named in full, with the schema that they belong to. */
const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/i
export const withoutSchema = (path: string): string => path.replace(CORE, '')

/** Attributes that follow from others, or that nobody keeps here. */
const IGNORED: ReadonlySet<string> = new Set([
  'displayname',
  'emails',
  'schemas',
  'id',
  'meta',
  'password',
  'title',
  'locale',
])

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A user after a change. @throws ScimError invalidPath, invalidValue */
export function patchUser(before: ScimUser, { Operations }: ScimPatch): ScimUser {
  const after: Record<string, unknown> = structuredClone(before)
  const set = (path: string, value: unknown): void => {
    const lower = withoutSchema(path).toLowerCase()
    if (IGNORED.has(lower)) return
    const [first, second] = USER_PATHS[lower] ?? []
    if (first === undefined) throw new ScimError(400, `There is no attribute ${path}`, 'invalidPath')
    const old = after[first]
    if (second !== undefined) after[first] = { ...(isRecord(old) ? old : {}), [second]: value }
    else after[first] = isRecord(value) && isRecord(old) ? { ...old, ...value } : value
  }
  for (const { op, path, value } of Operations) {
    if (op === 'remove') {
      if (path === undefined) throw new ScimError(400, 'A removal names its path', 'noTarget')
      set(path, withoutSchema(path).toLowerCase() === 'externalid' ? null : undefined)
    } else if (path !== undefined) set(path, value)
    else if (!isRecord(value))
      throw new ScimError(400, 'A change without a path has an object as its value', 'invalidValue')
    // Attributes that nobody keeps here are left out, as in a whole resource.
    else
      for (const [name, one] of Object.entries(value)) if (USER_PATHS[withoutSchema(name).toLowerCase()]) set(name, one)
  }
  return checked(ScimUser, after)
}

/** A group before a change, with the ids of its members. */
export interface GroupState {
  displayName: string
  externalId: string | null
  members: ReadonlySet<string>
}

/** @throws ScimError invalidPath, invalidValue */
export function patchGroup(before: GroupState, { Operations }: ScimPatch): GroupState {
  let { displayName, externalId } = before
  const members = new Set(before.members)
  const change = (op: Operation['op'], named: string, value: unknown): void => {
    const path = withoutSchema(named)
    const lower = path.toLowerCase()
    const one = /^members\[value eq "([^"]{1,100})"\]$/i.exec(path)?.[1]
    if (lower === 'displayname') {
      if (op === 'remove') throw new ScimError(400, 'A group has a displayName', 'mutability')
      displayName = checked(ScimGroup.shape.displayName, value, 'displayName')
    } else if (lower === 'externalid')
      externalId = op === 'remove' ? null : checked(ScimGroup.shape.externalId, value, 'externalId') || null
    else if (one !== undefined && op === 'remove') members.delete(one)
    else if (lower === 'members') {
      if (op === 'replace' || (op === 'remove' && value === undefined)) members.clear()
      const several = isRecord(value) ? [value] : (value ?? [])
      const given = checked(ScimGroup.shape.members, several, 'members') ?? []
      for (const { value: id } of given) op === 'remove' ? members.delete(id) : members.add(id)
    } else if (!IGNORED.has(lower)) throw new ScimError(400, `There is no attribute ${path}`, 'invalidPath')
  }
  for (const { op, path, value } of Operations) {
    if (path !== undefined) change(op, path, value)
    else if (op === 'remove') throw new ScimError(400, 'A removal names its path', 'noTarget')
    else if (!isRecord(value))
      throw new ScimError(400, 'A change without a path has an object as its value', 'invalidValue')
    else for (const [name, one] of Object.entries(value)) change(op, name, one)
  }
  return { displayName, externalId, members }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, name?: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const attribute = [...(name === undefined ? [] : [name]), ...(issue?.path ?? [])].join('.')
  throw new ScimError(400, `The value of ${attribute} ${asPart(issue?.message)}`, 'invalidValue')
}

/** A message of a schema as the end of a sentence. */
const asPart = (message = 'is wrong'): string =>
  /^must\b|^is\b/.test(message) ? message : `is wrong: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
