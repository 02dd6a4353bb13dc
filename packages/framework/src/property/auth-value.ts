import type {
  BasicAuthConnectionValue,
  CustomAuthConnectionValue,
  OAuth2ConnectionValue,
  SecretTextConnectionValue,
} from '../context.ts'
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
import type { StaticPropsValue } from './declared.ts'

type CustomProps<T> = T extends CustomAuthProperty<infer P extends CustomAuthProps> ? StaticPropsValue<P> : never
type OAuthProps<T> = T extends OAuth2Property<infer P extends OAuth2Props> ? StaticPropsValue<P> : never

type SingleAuthValue<T> =
  T extends SecretTextProperty<boolean>
    ? SecretTextConnectionValue
    : T extends BasicAuthProperty
      ? BasicAuthConnectionValue
      : T extends { type: 'CUSTOM_AUTH' }
        ? CustomAuthConnectionValue<CustomProps<T>>
        : T extends { type: 'OAUTH2' }
          ? OAuth2ConnectionValue<OAuthProps<T>>
          : undefined

/** The type of `context.auth` for a piece's auth: the connection value, or a union for an array. */
export type AuthValue<T> = T extends readonly PieceAuthProperty[] ? SingleAuthValue<T[number]> : SingleAuthValue<T>
export type AppConnectionValueForAuthProperty<T extends AnyAuth> = AuthValue<T>
export type ExtractPieceAuthPropertyTypeForMethods<T extends AnyAuth> = T extends PieceAuthProperty[] ? T[number] : T
