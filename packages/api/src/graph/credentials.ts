import { z } from 'zod'
import { graphEndpoint } from './endpoint.ts'
import { Deleted, IdParam, pageFields, wholeText } from './shapes.ts'

export const CredentialType = z.enum(['api_key', 'basic', 'custom'])

const CredentialStatus = z.enum(['active', 'missing', 'error'])

/** Never its value. */
export const Credential = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum([...CredentialType.options, 'none', 'oauth2']),
  piece: z.string(),
  /** Expressions use it: `{{connections['…']}}` is its value, `.secret_text` that of an api_key. */
  external_id: z.string(),
  status: CredentialStatus,
  created_at: z.string(),
  updated_at: z.string(),
})
export type Credential = z.infer<typeof Credential>

const Secret = z.string().min(1).max(100_000)
const named = {
  name: wholeText(z.string().trim().min(1).max(255)),
  piece: z
    .string()
    .min(1)
    .max(214)
    .optional()
    .describe('The piece that it is for: its own check must accept the value.'),
  external_id: wholeText(z.string().min(1).max(255)).optional(),
}

export const NewCredential = z.discriminatedUnion('type', [
  z.object({ ...named, type: z.literal('api_key'), value: Secret }),
  z.object({ ...named, type: z.literal('basic'), value: z.object({ username: Secret, password: Secret }) }),
  z.object({ ...named, type: z.literal('custom'), value: z.record(z.string(), z.unknown()) }),
])
export type NewCredential = z.output<typeof NewCredential>

/** A connection to an app. */
export const Integration = z.object({
  id: z.string(),
  name: z.string(),
  piece: z.string(),
  piece_version: z.string(),
  status: CredentialStatus,
  workflow_ids: z.array(z.string()),
  connected_at: z.string(),
})
export type Integration = z.infer<typeof Integration>

export const graphCredentials = {
  list: graphEndpoint({
    method: 'GET',
    path: '/credentials',
    operationId: 'credentials.list',
    summary: 'List credentials, newest first; never their values',
    scope: 'read',
    query: z.object(pageFields),
    response: Credential,
    isList: true,
  }),
  create: graphEndpoint({
    method: 'POST',
    path: '/credentials',
    operationId: 'credentials.create',
    summary: 'Keep a credential, encrypted',
    scope: 'write',
    status: 201,
    body: NewCredential,
    response: Credential,
  }),
  get: graphEndpoint({
    method: 'GET',
    path: '/credentials/:id',
    operationId: 'credentials.get',
    summary: 'Get a credential without its value',
    scope: 'read',
    params: IdParam,
    response: Credential,
  }),
  remove: graphEndpoint({
    method: 'DELETE',
    path: '/credentials/:id',
    operationId: 'credentials.remove',
    summary: 'Delete a credential',
    scope: 'write',
    params: IdParam,
    response: Deleted,
  }),
}

export const graphIntegrations = {
  list: graphEndpoint({
    method: 'GET',
    path: '/integrations',
    operationId: 'integrations.list',
    summary: 'List the apps that are connected',
    scope: 'read',
    query: z.object({ ...pageFields, piece: z.string().optional() }),
    response: Integration,
    isList: true,
  }),
  test: graphEndpoint({
    method: 'POST',
    path: '/integrations/:id/test',
    operationId: 'integrations.test',
    summary: 'Let the piece look at its connection, and say what is wrong with it',
    scope: 'write',
    params: IdParam,
    response: z.object({ id: z.string(), ok: z.boolean(), reason: z.string().nullable() }),
  }),
}
