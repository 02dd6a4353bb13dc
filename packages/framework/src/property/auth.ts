import { type AppConnectionType, DEFAULT_CONNECTION_DISPLAY_NAME } from '../constants.ts'
import type {
  AnyAuth,
  BasicAuthProperty,
  CustomAuthProperty,
  CustomAuthProps,
  OAuth2Property,
  OAuth2Props,
  PieceAuthProperty,
  SecretTextProperty,
} from './auth-types.ts'

type Declaration<P> = Omit<P, 'type' | 'valueSchema'>
/** The name of a connection may be left out. */
type Connection<P> = Omit<P, 'type' | 'valueSchema' | 'displayName' | 'required'> & {
  displayName?: string
  required?: boolean
}

/** The kinds of connection. */
export const PieceAuth = {
  SecretText: <const R extends boolean>(declaration: Declaration<SecretTextProperty<R>>): SecretTextProperty<R> => ({
    ...declaration,
    type: 'SECRET_TEXT',
  }),
  BasicAuth: (declaration: Connection<BasicAuthProperty>): BasicAuthProperty => ({
    ...declaration,
    displayName: declaration.displayName ?? DEFAULT_CONNECTION_DISPLAY_NAME,
    required: true,
    type: 'BASIC_AUTH',
  }),
  CustomAuth: <T extends CustomAuthProps>(declaration: Connection<CustomAuthProperty<T>>): CustomAuthProperty<T> => ({
    ...declaration,
    displayName: declaration.displayName ?? DEFAULT_CONNECTION_DISPLAY_NAME,
    required: declaration.required ?? true,
    type: 'CUSTOM_AUTH',
  }),
  OAuth2: <T extends OAuth2Props>(declaration: Connection<OAuth2Property<T>>): OAuth2Property<T> => ({
    ...declaration,
    displayName: declaration.displayName ?? DEFAULT_CONNECTION_DISPLAY_NAME,
    required: declaration.required ?? true,
    type: 'OAUTH2',
  }),
  None: (): undefined => undefined,
}

const PROPERTY_OF_CONNECTION: Record<AppConnectionType, PieceAuthProperty['type'] | undefined> = {
  OAUTH2: 'OAUTH2',
  PLATFORM_OAUTH2: 'OAUTH2',
  CLOUD_OAUTH2: 'OAUTH2',
  SECRET_TEXT: 'SECRET_TEXT',
  BASIC_AUTH: 'BASIC_AUTH',
  CUSTOM_AUTH: 'CUSTOM_AUTH',
  NO_AUTH: undefined,
}

/** Which of a piece's auth properties a connection value belongs to: the first one when none matches. */
export function getAuthPropertyForValue(params: {
  authValueType: AppConnectionType
  pieceAuth: AnyAuth
}): PieceAuthProperty | undefined {
  const { authValueType, pieceAuth } = params
  if (!Array.isArray(pieceAuth)) return pieceAuth
  return pieceAuth.find((auth) => auth.type === PROPERTY_OF_CONNECTION[authValueType]) ?? pieceAuth[0]
}
