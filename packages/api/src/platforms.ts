import { z } from 'zod'
import { AuthenticationResponse } from './authentication.ts'
import { endpoint } from './endpoint.ts'
import { ProjectWithLimits } from './projects.ts'
import { DisplayName, Domain, IdParams } from './shapes.ts'
import { AttributeMapping, FederatedAuthProviders, SsoDomain } from './sso.ts'

const Provider = z.object({ clientId: z.string() }).nullable()
const OidcProvider = z
  .object({ clientId: z.string(), issuer: z.string(), displayName: z.string().optional() })
  .nullable()

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
  secondFactorRequired: z.boolean(),
  pinnedPieces: z.array(z.string()),
  ssoDomain: z.string().nullable(),
  ssoDomainVerification: SsoDomain.shape.ssoDomainVerification,
  federatedAuthProviders: z.object({
    google: Provider,
    github: Provider,
    oidc: OidcProvider,
    saml: z
      .object({
        issuer: z.string(),
        entryPoint: z.string().describe('Browsers begin to sign in there.'),
        certificateExpiresAt: z.string(),
        attributeMapping: AttributeMapping,
      })
      .nullable(),
  }),
  plan: z.record(z.string(), z.unknown()),
})
export type Platform = z.infer<typeof Platform>

/** The images of a platform, by the fields of the form that holds them. */
export const PlatformImage = z.enum(['logoIcon', 'fullLogo', 'favIcon'])
export type PlatformImage = z.infer<typeof PlatformImage>

/** The settings of a platform that an administrator may change. */
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
  secondFactorRequired: z
    .boolean()
    .optional()
    .describe('Who comes in by a password or single sign-on gives a code, too; who has no second factor sets one up.'),
  allowedAuthDomains: z.array(Domain).max(1000).optional(),
  enforceAllowedAuthDomains: z.boolean().optional(),
  pinnedPieces: z.array(z.string()).optional(),
  removedImages: z.array(PlatformImage).max(3).optional().describe('Images that go back to those of the app.'),
  federatedAuthProviders: FederatedAuthProviders.nullish(),
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
    summary: "Get the caller's platform",
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
    summary: "Change the caller's platform",
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    body: PlatformUpdate,
    form: true,
    response: Platform,
    errors: ['INVALID_SAML_RESPONSE', 'VALIDATION'],
  }),
  found: endpoint({
    method: 'POST',
    path: '/v1/platforms',
    operationId: 'platforms.found',
    summary: 'Create another platform for the same person',
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
