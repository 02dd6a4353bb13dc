import { z } from 'zod'
import type { PlatformRow } from './store.ts'

/** Everything is part of the one edition; clients ask before they show a feature. */
const PLAN = {
  plan: 'standard',
  environmentsEnabled: true,
  analyticsEnabled: true,
  showPoweredBy: false,
  auditLogEnabled: true,
  embeddingEnabled: true,
  agentsEnabled: true,
  aiProvidersEnabled: true,
  chatEnabled: true,
  managePiecesEnabled: true,
  manageTemplatesEnabled: true,
  customAppearanceEnabled: true,
  teamProjectsLimit: 'UNLIMITED',
  projectRolesEnabled: true,
  customDomainsEnabled: true,
  globalConnectionsEnabled: true,
  customRolesEnabled: true,
  apiKeysEnabled: true,
  ssoEnabled: true,
  scimEnabled: true,
  tablesEnabled: true,
  eventStreamingEnabled: true,
  secretManagersEnabled: true,
  includedAiCredits: 0,
  aiCreditsAutoTopUpState: 'disabled',
  projectsLimit: null,
  activeFlowsLimit: null,
  licenseKey: null,
  licenseExpiresAt: null,
} as const

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

/** A platform without its secrets. */
export function presentPlatform({ workerGroupId, ...row }: PlatformRow): z.infer<typeof Platform> {
  const providers = row.federatedAuthProviders
  return {
    ...row,
    ssoDomain: null,
    ssoDomainVerification: null,
    federatedAuthProviders: {
      google: clientOf(providers.google),
      github: clientOf(providers.github),
      saml: providers.saml ? {} : null,
    },
    plan: { ...PLAN, workerGroupId },
  }
}

function clientOf(provider: unknown): { clientId: string } | null {
  const parsed = z.object({ clientId: z.string() }).safeParse(provider)
  return parsed.success ? parsed.data : null
}
