import { z } from 'zod'
import { AuthenticationResponse } from './authentication.ts'
import { endpoint } from './endpoint.ts'
import { ProjectWithLimits } from './projects.ts'
import { DisplayName, IdParams } from './shapes.ts'

const Provider = z.object({ clientId: z.string() }).nullable()

export const Platform = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  ownerId: z.string(),
  name: z.string(),
  primaryColor: z.string(),
  logoIconUrl: z.string(),
  fullLogoUrl: z.string(),
  favIconUrl: z.string(),
  cloudAuthEnabled: z.boolean(),
  filteredPieceNames: z.array(z.string()),
  filteredPieceBehavior: z.enum(['ALLOWED', 'BLOCKED']),
  allowedAuthDomains: z.array(z.string()),
  enforceAllowedAuthDomains: z.boolean(),
  emailAuthEnabled: z.boolean(),
  pinnedPieces: z.array(z.string()),
  ssoDomain: z.string().nullable(),
  ssoDomainVerification: z.unknown(),
  federatedAuthProviders: z.object({ google: Provider, github: Provider, saml: z.object({}).nullable() }),
  plan: z.record(z.string(), z.unknown()),
})
export type Platform = z.infer<typeof Platform>

const NO_SINGLE_SIGN_ON = 'this server has no single sign-on: leave the providers out, or send null for each'

/** Saves of clients that know no providers carry them empty. */
const NoProviders = z
  .record(z.string(), z.unknown())
  .nullish()
  .refine((providers) => Object.values(providers ?? {}).every((provider) => provider == null), NO_SINGLE_SIGN_ON)

/** What an administrator may change of the platform (spec: facts/rest-api.md section 2). */
export const PlatformUpdate = z.object({
  name: DisplayName.max(100).optional(),
  primaryColor: z
    .string()
    .regex(/^#[0-9a-f]{3,8}$/i, 'must be a colour such as #5b5bd6')
    .optional(),
  filteredPieceNames: z.array(z.string()).optional(),
  filteredPieceBehavior: z.enum(['ALLOWED', 'BLOCKED']).optional(),
  cloudAuthEnabled: z.boolean().optional(),
  emailAuthEnabled: z.boolean().optional(),
  allowedAuthDomains: z.array(z.string()).optional(),
  enforceAllowedAuthDomains: z.boolean().optional(),
  pinnedPieces: z.array(z.string()).optional(),
  federatedAuthProviders: NoProviders,
})
export type PlatformUpdate = z.infer<typeof PlatformUpdate>

export const platforms = {
  list: endpoint({
    method: 'GET',
    path: '/v1/platforms',
    operationId: 'platforms.list',
    summary: 'List the platforms of the person, each with its projects',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    response: z.array(z.object({ platformName: z.string(), projects: z.array(ProjectWithLimits) })),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/platforms/:id',
    operationId: 'platforms.get',
    summary: 'Get the own platform',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    params: IdParams,
    response: Platform,
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/platforms/:id',
    operationId: 'platforms.update',
    summary: 'Change the own platform',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    body: PlatformUpdate,
    form: true,
    response: Platform,
  }),
  found: endpoint({
    method: 'POST',
    path: '/v1/platforms',
    operationId: 'platforms.found',
    summary: 'Found another platform of the same person',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    body: z.object({ name: DisplayName.max(100) }),
    response: AuthenticationResponse,
    errors: ['VALIDATION'],
  }),
  image: endpoint({
    method: 'GET',
    path: '/v1/platforms/assets/:id',
    operationId: 'platforms.image',
    summary: 'A logo or a profile picture',
    principals: 'public',
    permission: 'NONE',
    project: null,
    sends: 'bytes',
    params: IdParams,
  }),
}
