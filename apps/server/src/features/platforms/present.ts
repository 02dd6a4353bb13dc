import { z } from 'zod'
import type { PlatformRow } from './store.ts'

/**
 * What this release has: clients ask before they show a feature. Everything is part of the one edition, so a feature
 * is off here only while it does not exist.
 */
const PLAN = {
  plan: 'standard',
  managePiecesEnabled: true,
  customAppearanceEnabled: true,
  globalConnectionsEnabled: true,
  apiKeysEnabled: true,
  teamProjectsLimit: 'UNLIMITED',
  environmentsEnabled: false,
  analyticsEnabled: false,
  auditLogEnabled: false,
  embeddingEnabled: false,
  agentsEnabled: false,
  aiProvidersEnabled: false,
  chatEnabled: false,
  manageTemplatesEnabled: false,
  projectRolesEnabled: false,
  customRolesEnabled: false,
  customDomainsEnabled: false,
  ssoEnabled: false,
  scimEnabled: false,
  tablesEnabled: false,
  eventStreamingEnabled: false,
  secretManagersEnabled: false,
  showPoweredBy: false,
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
