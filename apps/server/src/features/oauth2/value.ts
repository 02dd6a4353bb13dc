import { z } from 'zod'

/** The value of a connection by OAuth2 as it is stored, encrypted. */
export const StoredOAuth2 = z.object({
  type: z.enum(['OAUTH2', 'PLATFORM_OAUTH2']),
  client_id: z.string(),
  /** The secret of a user's own app; the platform's app keeps its secret itself. */
  client_secret: z.string().optional(),
  redirect_url: z.string().optional(),
  token_url: z.string(),
  grant_type: z.enum(['authorization_code', 'client_credentials']),
  authorization_method: z.enum(['HEADER', 'BODY']),
  props: z.record(z.string(), z.unknown()).optional(),
  scope: z.string(),
  access_token: z.string(),
  refresh_token: z.string().optional(),
  token_type: z.string(),
  /** Seconds. */
  expires_in: z.number().optional(),
  /** Seconds since 1970. */
  claimed_at: z.number(),
  /** Milliseconds since 1970; absent until the token was renewed for the first time. */
  renewed_at: z.number().optional(),
  data: z.record(z.string(), z.unknown()),
})
export type StoredOAuth2 = z.infer<typeof StoredOAuth2>

const RENEW_BEFORE_MS = 15 * 60_000
const DEFAULT_LIFETIME_S = 3600
/** Tokens that live for less than the time above would be renewed for every step. */
const MAX_REST_MS = 60_000

const lifetimeMs = ({ expires_in = DEFAULT_LIFETIME_S }: StoredOAuth2): number => expires_in * 1000

/** Whether the token can be renewed, and it is time to. */
export function isDue(value: StoredOAuth2, now: number): boolean {
  if (value.grant_type === 'authorization_code' && !value.refresh_token) return false
  const lifetime = lifetimeMs(value)
  const rest = Math.min(MAX_REST_MS, lifetime / 2)
  if (value.renewed_at !== undefined && now < value.renewed_at + rest) return false
  return now >= value.claimed_at * 1000 + lifetime - RENEW_BEFORE_MS
}

/** How long the value may be used before it is time to renew its token, in milliseconds; without end if it has none. */
export function timeToRenewal(value: unknown, now: number): number {
  const stored = StoredOAuth2.safeParse(value)
  if (!stored.success) return Number.POSITIVE_INFINITY
  if (isDue(stored.data, now) || isExpired(stored.data, now)) return 0
  return Math.max(0, stored.data.claimed_at * 1000 + lifetimeMs(stored.data) - RENEW_BEFORE_MS - now)
}

export function isExpired(value: StoredOAuth2, now: number): boolean {
  return now >= value.claimed_at * 1000 + lifetimeMs(value)
}

/** When a token ends that cannot be renewed; null for all others, and where the service has not said. */
export function endOfToken(value: unknown): Date | null {
  const { data } = StoredOAuth2.safeParse(value)
  if (data?.grant_type !== 'authorization_code' || data.refresh_token || data.expires_in === undefined) return null
  return new Date(data.claimed_at * 1000 + lifetimeMs(data))
}

/** The value as steps see it: they need neither the secret nor the refresh token, and must not leak them. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('access_token' in value)) return value
  const { client_secret: _, renewed_at: __, ...shown } = { client_secret: 0, renewed_at: 0, ...value }
  return 'refresh_token' in shown ? { ...shown, refresh_token: '(REDACTED)' } : shown
}
