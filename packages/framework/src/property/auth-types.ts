import type {
  BOTH_CLIENT_CREDENTIALS_AND_AUTHORIZATION_CODE,
  OAuth2AuthorizationMethod,
  OAuth2GrantType,
} from '../constants.ts'
import type {
  BasicAuthConnectionValue,
  CustomAuthConnectionValue,
  OAuth2ConnectionValue,
  ServerContext,
} from '../context.ts'
import type { Lax } from '../lax.ts'
import type {
  CheckboxProperty,
  LongTextProperty,
  MarkDownProperty,
  NumberProperty,
  ShortTextProperty,
  StaticDropdownProperty,
  StaticMultiSelectDropdownProperty,
  StaticPropsValue,
  TPropertyValue,
} from './declared.ts'

/** The declarations of connections (spec: facts/pieces-framework.md, PieceAuth). */

export type AuthValidation = { valid: true } | { valid: false; error: string }

interface BaseAuth<V> {
  displayName: string
  description?: string | undefined
  /** Asked when a connection is saved; throws or answers `valid: false` to refuse it. */
  validate?(params: { auth: V; server: Omit<ServerContext, 'token'> }): Promise<AuthValidation>
}

/** Its `validate` is given the bare text. */
export type SecretTextProperty<R extends boolean> = BaseAuth<string> & TPropertyValue<string, 'SECRET_TEXT', R>

interface Labelled {
  displayName: string
  description?: string
}
export type BasicAuthProperty = BaseAuth<BasicAuthConnectionValue> &
  TPropertyValue<BasicAuthConnectionValue, 'BASIC_AUTH', true> & { username: Labelled; password: Labelled }

export type CustomAuthProps = Record<
  string,
  | ShortTextProperty<boolean>
  | LongTextProperty<boolean>
  | SecretTextProperty<boolean>
  | NumberProperty<boolean>
  | StaticDropdownProperty<Lax, boolean>
  | CheckboxProperty<boolean>
  | MarkDownProperty
  | StaticMultiSelectDropdownProperty<Lax, boolean>
>
/** Its `validate` is given the map of values. */
export type CustomAuthProperty<T extends CustomAuthProps> = BaseAuth<StaticPropsValue<T>> &
  TPropertyValue<CustomAuthConnectionValue<StaticPropsValue<T>>, 'CUSTOM_AUTH', boolean> & { props: T }

export type OAuth2Props = Record<
  string,
  ShortTextProperty<boolean> | SecretTextProperty<boolean> | StaticDropdownProperty<Lax, boolean>
>
export type OAuth2PropertyValue<T extends OAuth2Props = OAuth2Props> = OAuth2ConnectionValue<StaticPropsValue<T>>

/** `{name}` in authUrl, tokenUrl and scope is replaced by the value of the property of that name. */
export type OAuth2Property<T extends OAuth2Props> = BaseAuth<OAuth2PropertyValue<T>> &
  TPropertyValue<OAuth2PropertyValue<T>, 'OAUTH2', boolean> & {
    props?: T
    authUrl: string
    tokenUrl: string
    scope: string[]
    prompt?: 'none' | 'consent' | 'login' | 'omit'
    pkce?: boolean
    pkceMethod?: 'plain' | 'S256'
    authorizationMethod?: OAuth2AuthorizationMethod
    grantType?: OAuth2GrantType | typeof BOTH_CLIENT_CREDENTIALS_AND_AUTHORIZATION_CODE
    extra?: Record<string, string>
  }

export type PieceAuthProperty =
  | SecretTextProperty<boolean>
  | BasicAuthProperty
  | CustomAuthProperty<CustomAuthProps>
  | OAuth2Property<OAuth2Props>

/** A piece's auth: one property, several (the user chooses), or none. */
export type AnyAuth = PieceAuthProperty | PieceAuthProperty[] | undefined
