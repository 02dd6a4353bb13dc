import type { PropertyMetadata } from '@piecework/model/piece/property'
import type { Api, RequestOf } from '@piecework/sdk'
import { authorize } from './oauth2.ts'

export type ConnectionValue = RequestOf<Api['appConnections']['upsert']>['body']['value']

/** The app at the service that a person connects with. */
export interface ServiceApp {
  clientId: string
  /** Empty where the platform keeps it. */
  clientSecret: string
  isOfPlatform: boolean
  /** Nobody signs in: the app itself is let in. */
  isMachine: boolean
}

interface Making {
  auth: PropertyMetadata
  values: Record<string, unknown>
  app: ServiceApp
  place: { pieceName: string; pieceVersion: string; projectId: string; redirectUrl: string }
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** The value of a connection of what was typed; with OAuth2 it asks the person to sign in at the service. */
export async function makeValue({ auth, values, app, place }: Making): Promise<ConnectionValue> {
  switch (auth.type) {
    case 'SECRET_TEXT':
      return { type: 'SECRET_TEXT', secret_text: textOf(values.secret_text) }
    case 'BASIC_AUTH':
      return { type: 'BASIC_AUTH', username: textOf(values.username), password: textOf(values.password) }
    case 'OAUTH2':
      return oauth2Value(auth, values, app, place)
    default:
      return { type: 'CUSTOM_AUTH', props: values }
  }
}

async function oauth2Value(
  auth: PropertyMetadata,
  props: Record<string, unknown>,
  app: ServiceApp,
  place: Making['place'],
): Promise<ConnectionValue> {
  const { clientId, clientSecret, isOfPlatform, isMachine } = app
  const scope = Array.isArray(auth.scope) ? auth.scope.join(' ') : undefined
  const common = {
    client_id: clientId,
    props,
    ...(scope === undefined ? {} : { scope }),
    ...methodOf(auth),
  }
  if (isMachine) return { type: 'OAUTH2', ...common, client_secret: clientSecret, grant_type: 'client_credentials' }
  const { code, codeVerifier } = await authorize({ ...place, clientId, props })
  const granted = {
    ...common,
    code,
    redirect_url: place.redirectUrl,
    ...(codeVerifier === undefined ? {} : { code_challenge: codeVerifier }),
  }
  return isOfPlatform
    ? { type: 'PLATFORM_OAUTH2', ...granted }
    : { type: 'OAUTH2', ...granted, client_secret: clientSecret, grant_type: 'authorization_code' }
}

/** The place in a call where the app names itself, when the piece asks for one. */
function methodOf({ authorizationMethod }: PropertyMetadata): { authorization_method?: 'HEADER' | 'BODY' } {
  return authorizationMethod === 'HEADER' || authorizationMethod === 'BODY'
    ? { authorization_method: authorizationMethod }
    : {}
}
