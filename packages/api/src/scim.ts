import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams } from './shapes.ts'

const administered = { principals: ['SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const
const Resource = z.record(z.string(), z.unknown())
const Text = z.string().max(1000)
const MAX_COUNT = 100
const MAX_MEMBERS = 10_000
const MAX_OPERATIONS = 1000

export const SCIM_USER_EXTENSION = 'urn:ietf:params:scim:schemas:activepieces:1.0:CustomUserAttributes'

const list = z.object({
  filter: z.string().max(1000).optional(),
  startIndex: z.coerce
    .number()
    .int()
    .default(1)
    .transform((index) => Math.max(1, index)),
  count: z.coerce
    .number()
    .int()
    .default(MAX_COUNT)
    .transform((count) => Math.min(Math.max(0, count), MAX_COUNT)),
  excludedAttributes: Text.optional(),
})
/** Identity providers write booleans as texts, too. */
const Flag = z.union([z.boolean(), z.stringbool()], { error: 'must be true or false' })

export const ScimUser = z.object({
  userName: z.string().trim().min(1).max(254),
  externalId: z.string().max(500).nullish(),
  name: z.object({ givenName: Text.optional(), familyName: Text.optional() }).nullish(),
  active: Flag.optional(),
  [SCIM_USER_EXTENSION]: z.object({ platformRole: z.enum(['ADMIN', 'MEMBER', 'OPERATOR']).nullish() }).optional(),
})
export type ScimUser = z.infer<typeof ScimUser>

export const ScimGroup = z.object({
  displayName: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^[^./]+$/, 'must not contain . or /'),
  externalId: z.string().max(500).nullish(),
  members: z
    .array(z.object({ value: z.string().max(100) }))
    .max(MAX_MEMBERS)
    .optional(),
})
export type ScimGroup = z.infer<typeof ScimGroup>

export const ScimPatch = z.object({
  Operations: z
    .array(
      z.object({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().max(1000).optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(MAX_OPERATIONS),
})
export type ScimPatch = z.infer<typeof ScimPatch>

const errors = ['VALIDATION', 'PROJECT_EXTERNAL_ID_ALREADY_EXISTS', 'PERMISSION_DENIED'] as const
const found = { ...administered, response: Resource, errors } as const

const discovery = <const P extends string>(path: P, operationId: string, summary: string) =>
  endpoint({ ...found, method: 'GET', path: `/v1/scim/v2/${path}`, operationId, summary })

/** System for Cross-domain Identity Management (RFC 7643 and 7644); groups are team projects. */
export const scim = {
  configuration: discovery('ServiceProviderConfig', 'scim.configuration', 'What this SCIM server can do'),
  resourceTypes: discovery('ResourceTypes', 'scim.resourceTypes', 'The kinds of resources: users and groups'),
  schemas: discovery('Schemas', 'scim.schemas', 'The attributes of users and groups'),
  listUsers: endpoint({
    ...found,
    method: 'GET',
    path: '/v1/scim/v2/Users',
    operationId: 'scim.listUsers',
    summary: 'List the people of the platform',
    query: list,
  }),
  createUser: endpoint({
    ...found,
    method: 'POST',
    path: '/v1/scim/v2/Users',
    operationId: 'scim.createUser',
    summary: 'Add a person to the platform',
    status: 201,
    body: ScimUser,
  }),
  getUser: endpoint({
    ...found,
    method: 'GET',
    path: '/v1/scim/v2/Users/:id',
    operationId: 'scim.getUser',
    summary: 'Get a person',
    params: IdParams,
  }),
  replaceUser: endpoint({
    ...found,
    method: 'PUT',
    path: '/v1/scim/v2/Users/:id',
    operationId: 'scim.replaceUser',
    summary: 'Replace what is known of a person',
    params: IdParams,
    body: ScimUser,
  }),
  patchUser: endpoint({
    ...found,
    method: 'PATCH',
    path: '/v1/scim/v2/Users/:id',
    operationId: 'scim.patchUser',
    summary: 'Change some of what is known of a person',
    params: IdParams,
    body: ScimPatch,
  }),
  removeUser: endpoint({
    ...administered,
    errors,
    method: 'DELETE',
    path: '/v1/scim/v2/Users/:id',
    operationId: 'scim.removeUser',
    summary: 'Deactivate a person',
    status: 204,
    params: IdParams,
  }),
  listGroups: endpoint({
    ...found,
    method: 'GET',
    path: '/v1/scim/v2/Groups',
    operationId: 'scim.listGroups',
    summary: 'List the team projects',
    query: list,
  }),
  createGroup: endpoint({
    ...found,
    method: 'POST',
    path: '/v1/scim/v2/Groups',
    operationId: 'scim.createGroup',
    summary: 'Create a team project with members',
    status: 201,
    body: ScimGroup,
  }),
  getGroup: endpoint({
    ...found,
    method: 'GET',
    path: '/v1/scim/v2/Groups/:id',
    operationId: 'scim.getGroup',
    summary: 'Get a team project with its members',
    params: IdParams,
    query: z.object({ excludedAttributes: Text.optional() }),
  }),
  replaceGroup: endpoint({
    ...found,
    method: 'PUT',
    path: '/v1/scim/v2/Groups/:id',
    operationId: 'scim.replaceGroup',
    summary: 'Replace name and members of a team project',
    params: IdParams,
    body: ScimGroup,
  }),
  patchGroup: endpoint({
    ...found,
    method: 'PATCH',
    path: '/v1/scim/v2/Groups/:id',
    operationId: 'scim.patchGroup',
    summary: 'Rename a team project, add and remove members',
    params: IdParams,
    body: ScimPatch,
  }),
  removeGroup: endpoint({
    ...administered,
    errors,
    method: 'DELETE',
    path: '/v1/scim/v2/Groups/:id',
    operationId: 'scim.removeGroup',
    summary: 'Delete a team project with everything in it',
    status: 204,
    params: IdParams,
  }),
}
