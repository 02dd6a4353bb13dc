import { createHash } from 'node:crypto'
import { SCIM_USER_EXTENSION } from '@piecework/api/scim'
import type { ScimGroupRow, ScimMemberRow, ScimUserRow } from './rows.ts'

export type Resource = Record<string, unknown>

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

export function userResource(base: string, row: ScimUserRow): Resource {
  const { id, email, firstName, lastName, status, platformRole, externalId } = row
  return tagged(base, 'User', row, {
    schemas: [USER, SCIM_USER_EXTENSION],
    ...{ id, userName: email, active: status === 'ACTIVE', displayName: `${firstName} ${lastName}`.trim() },
    ...(externalId === null ? {} : { externalId }),
    name: { givenName: firstName, familyName: lastName, formatted: `${firstName} ${lastName}`.trim() },
    emails: [{ value: email, type: 'work', primary: true }],
    [SCIM_USER_EXTENSION]: { platformRole },
  })
}

/** @param members undefined: not asked for */
export function groupResource(
  base: string,
  row: ScimGroupRow,
  members: readonly ScimMemberRow[] | undefined,
): Resource {
  const { id, displayName, externalId } = row
  return tagged(base, 'Group', row, {
    ...{ schemas: [GROUP], id, displayName },
    ...(externalId === null ? {} : { externalId }),
    ...(members && {
      members: members.map(({ userId, email }) => ({ value: userId, display: email, $ref: `${base}/Users/${userId}` })),
    }),
  })
}

/** The version is that of what is shown. */
function tagged(
  base: string,
  resourceType: string,
  row: { id: string; created: string; updated: string },
  shown: Resource,
): Resource {
  const version = `W/"${createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 16)}"`
  const location = `${base}/${resourceType}s/${row.id}`
  return { ...shown, meta: { resourceType, created: row.created, lastModified: row.updated, location, version } }
}

export function versionOf({ meta }: Resource): string {
  return typeof meta === 'object' && meta !== null && 'version' in meta ? String(meta.version) : ''
}

export function listResource(total: number, startIndex: number, resources: readonly Resource[]): Resource {
  return { schemas: [LIST], totalResults: total, startIndex, itemsPerPage: resources.length, Resources: resources }
}

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'
const TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const attribute = (name: string, type = 'string', more: object = {}) => ({
  ...{
    name,
    type,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
  },
  ...{ uniqueness: 'none', ...more },
})

export const CONFIGURATION: Resource = {
  schemas: [CONFIG],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 100 },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    { type: 'oauthbearertoken', name: 'API key', description: 'An API key as a bearer token', primary: true },
  ],
}

const TYPES: Resource[] = [
  {
    ...{ schemas: [TYPE], id: 'User', name: 'User', endpoint: '/Users', schema: USER },
    schemaExtensions: [{ schema: SCIM_USER_EXTENSION, required: false }],
  },
  { schemas: [TYPE], id: 'Group', name: 'Group', endpoint: '/Groups', schema: GROUP },
]
const SCHEMAS: Resource[] = [
  {
    ...{ schemas: [SCHEMA], id: USER, name: 'User' },
    attributes: [
      attribute('userName', 'string', { required: true, uniqueness: 'server' }),
      attribute('externalId'),
      attribute('displayName', 'string', { mutability: 'readOnly' }),
      attribute('active', 'boolean'),
      attribute('name', 'complex', { subAttributes: [attribute('givenName'), attribute('familyName')] }),
      attribute('emails', 'complex', { multiValued: true, subAttributes: [attribute('value'), attribute('type')] }),
    ],
  },
  {
    ...{ schemas: [SCHEMA], id: SCIM_USER_EXTENSION, name: 'CustomUserAttributes' },
    attributes: [attribute('platformRole', 'string', { canonicalValues: ['ADMIN', 'MEMBER', 'OPERATOR'] })],
  },
  {
    ...{ schemas: [SCHEMA], id: GROUP, name: 'Group' },
    attributes: [
      attribute('displayName', 'string', { required: true }),
      attribute('externalId'),
      attribute('members', 'complex', { multiValued: true, subAttributes: [attribute('value')] }),
    ],
  },
]
export const RESOURCE_TYPES = listResource(TYPES.length, 1, TYPES)
export const RESOURCE_SCHEMAS = listResource(SCHEMAS.length, 1, SCHEMAS)
