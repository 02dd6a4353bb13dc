import { X509Certificate } from 'node:crypto'
import type { Platform } from '@piecework/api/platforms'
import { z } from 'zod'
import { readableMap } from '../../database/readable.ts'
import { SamlProvider } from './saml-metadata.ts'
import type { PlatformRow } from './store.ts'

/**
 * The features of this release: clients ask before they show one. Everything is part of the one edition, so a feature
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
  analyticsEnabled: true,
  auditLogEnabled: true,
  embeddingEnabled: false,
  agentsEnabled: false,
  aiProvidersEnabled: false,
  chatEnabled: false,
  manageTemplatesEnabled: false,
  projectRolesEnabled: true,
  customRolesEnabled: true,
  customDomainsEnabled: false,
  ssoEnabled: true,
  scimEnabled: true,
  tablesEnabled: false,
  eventStreamingEnabled: true,
  secretManagersEnabled: true,
  showPoweredBy: false,
  includedAiCredits: 0,
  aiCreditsAutoTopUpState: 'disabled',
  projectsLimit: null,
  activeFlowsLimit: null,
  licenseKey: null,
  licenseExpiresAt: null,
} as const

/** A platform without its secrets. */
export function presentPlatform({ workerGroupId, ...row }: PlatformRow): Platform {
  const providers = readableMap(row.federatedAuthProviders) ?? {}
  return {
    ...row,
    federatedAuthProviders: {
      google: clientOf(providers.google),
      github: clientOf(providers.github),
      oidc: oidcOf(providers.oidc),
      saml: samlOf(providers.saml),
    },
    plan: { ...PLAN, workerGroupId },
  }
}

function clientOf(provider: unknown): { clientId: string } | null {
  const parsed = z.object({ clientId: z.string() }).safeParse(provider)
  return parsed.success ? parsed.data : null
}

function samlOf(provider: unknown): Platform['federatedAuthProviders']['saml'] {
  const { data } = SamlProvider.safeParse(provider)
  if (!data) return null
  const { certificate, ...shown } = data
  try {
    return { ...shown, certificateExpiresAt: new X509Certificate(certificate).validToDate.toISOString() }
  } catch {
    // A damaged one signs nothing that is believed.
    return null
  }
}

function oidcOf(provider: unknown): Platform['federatedAuthProviders']['oidc'] {
  const shown = z.object({ clientId: z.string(), issuer: z.string(), displayName: z.string().optional() })
  return shown.safeParse(provider).data ?? null
}
