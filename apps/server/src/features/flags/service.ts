import type { Db } from '../../database/open.ts'
import { API_PREFIX } from '../../http/route.ts'
import type { Settings } from '../../settings.ts'
import { mailSettings } from '../mail/mail-settings.ts'
import { providerNames } from '../platforms/auth-providers.ts'
import { selectFirstPlatform, selectPlatform } from '../platforms/store.ts'

/** The facts that clients need about the server before anybody has signed in. Nothing here is secret. */
export interface Flags {
  /** @param platformId whose look and ways to sign in; one that is not there is answered like none */
  list(platformId?: string): Promise<Record<string, unknown>>
}

interface Parts {
  db: Db
  settings: Settings
  release: string
}

export function createFlags({ db, settings, release }: Parts): Flags {
  const fixed = fixedFlags(settings, release)
  return {
    async list(platformId) {
      const wanted = platformId === undefined ? undefined : await selectPlatform(db, platformId)
      const platform = wanted ?? (await selectFirstPlatform(db))
      return {
        ...fixed,
        ...(wanted && { PLATFORM_ID: wanted.id }),
        USER_CREATED: platform !== undefined,
        EMAIL_AUTH_ENABLED: platform?.emailAuthEnabled ?? true,
        THIRD_PARTY_AUTH_PROVIDERS_TO_SHOW_MAP: Object.fromEntries(
          providerNames(platform?.federatedAuthProviders).map((name) => [name, true]),
        ),
        THEME: {
          websiteName: platform?.name ?? 'Piecework',
          colors: { primary: { default: platform?.primaryColor } },
          logos: {
            logoIconUrl: platform?.logoIconUrl,
            fullLogoUrl: platform?.fullLogoUrl,
            favIconUrl: platform?.favIconUrl,
          },
        },
      }
    },
  }
}

function fixedFlags(settings: Settings, release: string): Record<string, unknown> {
  return {
    ENVIRONMENT: settings.environment,
    EDITION: 'ce',
    CURRENT_VERSION: release,
    LATEST_VERSION: release,
    PUBLIC_URL: settings.frontendUrl,
    WEBHOOK_URL_PREFIX: `${settings.frontendUrl}${API_PREFIX}/v1/webhooks`,
    AGENTS_CONFIGURED: false,
    SHOW_ALERTS: true,
    SHOW_CHAT: false,
    SHOW_PROJECT_MEMBERS: false,
    PRIVATE_PIECES_ENABLED: true,
    SHOW_BADGES: false,
    CAN_BUY_ACTIVE_FLOWS: false,
    CAN_BUY_AI_CREDITS: false,
    SHOW_BILLING_LIMITS_ON_SIDEBAR: false,
    SHOW_BILLING_PAGE: false,
    SHOW_POWERED_BY_IN_FORM: false,
    SHOW_COMMUNITY: false,
    // Pieces come by themselves only from a registry that is set.
    PIECES_SYNC_MODE: settings.piecesRegistryUrl === undefined ? 'NONE' : settings.piecesSyncMode,
    ENABLE_FLOW_ON_PUBLISH: settings.enableFlowOnPublish,
    EXECUTION_DATA_RETENTION_DAYS: settings.executionDataRetentionDays,
    THIRD_PARTY_AUTH_PROVIDER_REDIRECT_URL: `${settings.frontendUrl}/redirect`,
    SAML_AUTH_ACS_URL: `${settings.frontendUrl}${API_PREFIX}/v1/authn/saml/acs`,
    PRIVACY_POLICY_URL: null,
    TERMS_OF_SERVICE_URL: null,
    TELEMETRY_ENABLED: false,
    FLOW_RUN_TIME_SECONDS: settings.flowTimeoutSeconds,
    TRIGGER_TIMEOUT_SECONDS: settings.triggerTimeoutSeconds,
    FLOW_RUN_MEMORY_LIMIT_KB: settings.sandboxMemoryLimitKb,
    FLOW_RUN_LOG_SIZE_LIMIT_MB: settings.maxFlowRunLogSizeMb,
    PAUSED_FLOW_TIMEOUT_DAYS: settings.pausedFlowTimeoutDays,
    WEBHOOK_TIMEOUT_SECONDS: settings.webhookTimeoutSeconds,
    ALLOW_NPM_PACKAGES_IN_CODE_STEP: !settings.executionMode.startsWith('SANDBOX_CODE'),
    MAX_FILE_SIZE_MB: settings.maxFileSizeMb,
    PROJECT_RATE_LIMITER_ENABLED: settings.projectRateLimiterEnabled,
    DEFAULT_CONCURRENT_JOBS_LIMIT: settings.defaultConcurrentJobsLimit,
    SMTP_CONFIGURED: mailSettings(settings) !== undefined,
    // Nobody manages OAuth2 apps elsewhere for this server.
    CLOUD_AUTH_ENABLED: false,
    SUPPORTED_APP_WEBHOOKS: Object.keys(settings.appWebhookSecrets),
    TEMPLATES_CATEGORIES: [],
  }
}
