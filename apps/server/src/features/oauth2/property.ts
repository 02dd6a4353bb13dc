import { AppError } from '@piecework/model/errors'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { PropertyMetadata } from '@piecework/model/piece/property'
import { z } from 'zod'

const nullish = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined)

/** The declaration of a piece's connections by OAuth2: `PieceAuth.OAuth2` of the framework. */
const OAuth2Property = z.object({
  authUrl: z.string(),
  tokenUrl: z.string(),
  scope: z.array(z.string()),
  prompt: nullish(z.enum(['none', 'consent', 'login', 'omit'])),
  pkce: nullish(z.boolean()),
  pkceMethod: nullish(z.enum(['plain', 'S256'])),
  authorizationMethod: nullish(z.enum(['HEADER', 'BODY'])),
  grantType: nullish(
    z.enum(['authorization_code', 'client_credentials', 'both_client_credentials_and_authorization_code']),
  ),
  /** Parameters of the authorization URL that this service wants. */
  extra: nullish(z.record(z.string(), z.string())),
  /** The properties that users fill in besides client and secret. */
  props: nullish(z.record(z.string(), PropertyMetadata)),
})
export type OAuth2Property = z.infer<typeof OAuth2Property>

export type GrantType = 'authorization_code' | 'client_credentials'

/** @throws AppError INVALID_APP_CONNECTION when the piece does not use OAuth2. */
export function oauth2PropertyOf(metadata: PieceMetadata): OAuth2Property {
  const declared = [...[metadata.auth ?? []].flat(), ...propertiesOfSteps(metadata)].find(
    ({ type }) => type === 'OAUTH2',
  )
  const property = OAuth2Property.safeParse(declared)
  if (property.success) return property.data
  const error = declared
    ? `the OAuth2 settings of ${metadata.name}@${metadata.version} cannot be used: ${z.prettifyError(property.error)}`
    : `${metadata.name}@${metadata.version} has no connections by OAuth2`
  throw new AppError('INVALID_APP_CONNECTION', { error, message: error })
}

/** Pieces of the first generation have their connection among the properties of each action and trigger. */
const propertiesOfSteps = ({ actions, triggers }: PieceMetadata): PropertyMetadata[] =>
  [...Object.values(actions), ...Object.values(triggers)].flatMap(({ props }) => Object.values(props))

/** The grant of a connection, where the piece leaves a choice. @throws AppError INVALID_APP_CONNECTION */
export function grantTypeOf({ grantType = 'authorization_code' }: OAuth2Property, wanted?: GrantType): GrantType {
  if (grantType === 'both_client_credentials_and_authorization_code') return wanted ?? 'authorization_code'
  if (wanted === undefined || wanted === grantType) return grantType
  const error = `the piece takes only the grant ${grantType}, not ${wanted}`
  throw new AppError('INVALID_APP_CONNECTION', { error, message: error })
}
