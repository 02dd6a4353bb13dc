import { z } from 'zod'

const SecretText = z.object({ type: z.literal('SECRET_TEXT'), secret_text: z.string() })
const BasicAuth = z.object({ type: z.literal('BASIC_AUTH'), username: z.string(), password: z.string() })
const CustomAuth = z.object({ type: z.literal('CUSTOM_AUTH'), props: z.record(z.string(), z.unknown()) })
const NoAuth = z.object({ type: z.literal('NO_AUTH') })
const oauth2 = {
  client_id: z.string(),
  code: z.string(),
  scope: z.string().optional(),
  code_challenge: z.string().optional(),
  props: z.record(z.string(), z.unknown()).optional(),
}
const OAuth2 = z.object({
  type: z.literal('OAUTH2'),
  ...oauth2,
  client_secret: z.string(),
  redirect_url: z.string(),
  grant_type: z.enum(['authorization_code', 'client_credentials']).optional(),
  authorization_method: z.enum(['HEADER', 'BODY']).optional(),
})
const PlatformOAuth2 = z.object({ type: z.literal('PLATFORM_OAUTH2'), ...oauth2, redirect_url: z.string() })
const CloudOAuth2 = z.object({ type: z.literal('CLOUD_OAUTH2'), ...oauth2 })

/** What a client sends as the value of a connection (spec: facts/rest-api.md section 13). */
export const ConnectionValue = z.discriminatedUnion('type', [
  SecretText,
  BasicAuth,
  CustomAuth,
  NoAuth,
  OAuth2,
  PlatformOAuth2,
  CloudOAuth2,
])
export type ConnectionValue = z.infer<typeof ConnectionValue>
export type ConnectionType = ConnectionValue['type']

export const CONNECTION_TYPES = [
  'SECRET_TEXT',
  'BASIC_AUTH',
  'CUSTOM_AUTH',
  'NO_AUTH',
  'OAUTH2',
  'PLATFORM_OAUTH2',
  'CLOUD_OAUTH2',
] as const satisfies readonly ConnectionType[]

/** The value as steps may see it: they need no refresh token, and must not leak one. */
export function withoutRefreshToken(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('refresh_token' in value)) return value
  return { ...value, refresh_token: '(REDACTED)' }
}
