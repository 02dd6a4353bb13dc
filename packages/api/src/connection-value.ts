import { z } from 'zod'

const Text = z.string().min(1)
const Props = z.record(z.string(), z.unknown())

const SecretText = z.object({ type: z.literal('SECRET_TEXT'), secret_text: Text })
const BasicAuth = z.object({ type: z.literal('BASIC_AUTH'), username: Text, password: Text })
const CustomAuth = z.object({ type: z.literal('CUSTOM_AUTH'), props: Props })
const NoAuth = z.object({ type: z.literal('NO_AUTH') })

const oauth2 = {
  client_id: Text,
  /** Not needed for the grant client_credentials. */
  code: z.string().optional(),
  scope: z.string().optional(),
  code_challenge: z.string().optional(),
  authorization_method: z.enum(['HEADER', 'BODY']).optional(),
  props: Props.optional(),
}
const OAuth2 = z.object({
  type: z.literal('OAUTH2'),
  ...oauth2,
  client_secret: Text,
  redirect_url: z.string().optional(),
  grant_type: z.enum(['authorization_code', 'client_credentials']).optional(),
})
const PlatformOAuth2 = z.object({ type: z.literal('PLATFORM_OAUTH2'), ...oauth2, redirect_url: z.string().optional() })
const CloudOAuth2 = z.object({ type: z.literal('CLOUD_OAUTH2'), ...oauth2 })

/** The value of a connection, as clients send it. */
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
