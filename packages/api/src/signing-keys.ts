import { z } from 'zod'
import { AuthenticationResponse } from './authentication.ts'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

/** With its private half, programs sign tokens that let their users in. */
export const SigningKey = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  displayName: z.string(),
  publicKey: z.string(),
  algorithm: z.literal('RSA'),
})
export type SigningKey = z.infer<typeof SigningKey>

const administered = { principals: ['USER'], permission: 'PLATFORM_ADMIN', project: null } as const

export const signingKeys = {
  create: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/signing-keys',
    operationId: 'signingKeys.create',
    summary: 'Create a signing key; its private half is shown this once',
    status: 201,
    body: z.object({ displayName: z.string().trim().min(1).max(100) }),
    response: SigningKey.extend({ privateKey: z.string() }),
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    ...administered,
    method: 'GET',
    path: '/v1/signing-keys',
    operationId: 'signingKeys.list',
    summary: 'List the signing keys of the platform',
    response: pageOf(SigningKey),
  }),
  get: endpoint({
    ...administered,
    method: 'GET',
    path: '/v1/signing-keys/:id',
    operationId: 'signingKeys.get',
    summary: 'Get a signing key',
    params: IdParams,
    response: SigningKey,
  }),
  remove: endpoint({
    ...administered,
    method: 'DELETE',
    path: '/v1/signing-keys/:id',
    operationId: 'signingKeys.remove',
    summary: 'Delete a signing key; tokens that it signed let nobody in any more',
    status: 204,
    params: IdParams,
  }),
}

export const managedAuthn = {
  externalToken: endpoint({
    method: 'POST',
    path: '/v1/managed-authn/external-token',
    operationId: 'managedAuthn.externalToken',
    summary: 'Sign in with a token that a program signed with a signing key',
    principals: 'public',
    permission: 'NONE',
    project: null,
    limit: 'authentication',
    body: z.object({ externalAccessToken: z.string().max(20_000) }),
    response: AuthenticationResponse,
    errors: ['USER_IS_INACTIVE', 'VALIDATION'],
  }),
}
