import { z } from 'zod'
import {
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
import {
  BasePropertySchema,
  CheckboxProperty,
  LongTextProperty,
  MarkDownProperty,
  NumberProperty,
  ShortTextProperty,
  StaticDropdownProperty,
  StaticMultiSelectDropdownProperty,
  type StaticPropsValue,
  schemaOfType,
  type TPropertyValue,
} from './declared.ts'

/** The declarations of connections, and the schemas of what JSON keeps of them. */

export type AuthValidation = { valid: true } | { valid: false; error: string }

type BaseAuth<V> = {
  displayName: string
  description?: string | undefined
  /** Asked when a connection is saved; throws or answers `valid: false` to refuse it. */
  validate?(params: { auth: V; server: Omit<ServerContext, 'token'> }): Promise<AuthValidation>
}

export const SecretTextProperty = schemaOfType('SECRET_TEXT')
/** Its `validate` is given the bare text. */
export type SecretTextProperty<R extends boolean> = BaseAuth<string> & TPropertyValue<string, 'SECRET_TEXT', R>

type Labelled = {
  displayName: string
  description?: string
}
export const BasicAuthPropertyValue = z.object({ username: z.string(), password: z.string() })
export type BasicAuthPropertyValue = z.infer<typeof BasicAuthPropertyValue>
export const BasicAuthProperty = schemaOfType('BASIC_AUTH').extend({
  username: BasePropertySchema,
  password: BasePropertySchema,
})
export type BasicAuthProperty = BaseAuth<BasicAuthConnectionValue> &
  TPropertyValue<BasicAuthConnectionValue, 'BASIC_AUTH', true> & { username: Labelled; password: Labelled }

export const CustomAuthProps = z.record(
  z.string(),
  z.union([
    ShortTextProperty,
    LongTextProperty,
    SecretTextProperty,
    NumberProperty,
    StaticDropdownProperty,
    CheckboxProperty,
    MarkDownProperty,
    StaticMultiSelectDropdownProperty,
  ]),
)
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
export const CustomAuthProperty = schemaOfType('CUSTOM_AUTH').extend({ props: CustomAuthProps })
/** Its `validate` is given the map of values. */
export type CustomAuthProperty<T extends CustomAuthProps> = BaseAuth<StaticPropsValue<T>> &
  TPropertyValue<CustomAuthConnectionValue<StaticPropsValue<T>>, 'CUSTOM_AUTH', boolean> & { props: T }

export const OAuth2Props = z.record(
  z.string(),
  z.union([ShortTextProperty, SecretTextProperty, StaticDropdownProperty]),
)
export type OAuth2Props = Record<
  string,
  ShortTextProperty<boolean> | SecretTextProperty<boolean> | StaticDropdownProperty<Lax, boolean>
>
export const OAuth2PropertyValue = z.object({
  access_token: z.string(),
  props: z.record(z.string(), z.unknown()).optional(),
  data: z.record(z.string(), z.any()),
})
export type OAuth2PropertyValue<T extends OAuth2Props = OAuth2Props> = OAuth2ConnectionValue<StaticPropsValue<T>>

export const OAuth2Property = schemaOfType('OAUTH2').extend({
  props: OAuth2Props.optional(),
  authUrl: z.string(),
  tokenUrl: z.string(),
  scope: z.array(z.string()),
  prompt: z.enum(['none', 'consent', 'login', 'omit']).optional(),
  pkce: z.boolean().optional(),
  pkceMethod: z.enum(['plain', 'S256']).optional(),
  authorizationMethod: z.enum(OAuth2AuthorizationMethod).optional(),
  grantType: z.union([z.enum(OAuth2GrantType), z.literal(BOTH_CLIENT_CREDENTIALS_AND_AUTHORIZATION_CODE)]).optional(),
  extra: z.record(z.string(), z.string()).optional(),
})
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

export const PieceAuthProperty = z.union([BasicAuthProperty, CustomAuthProperty, OAuth2Property, SecretTextProperty])
export type PieceAuthProperty =
  | SecretTextProperty<boolean>
  | BasicAuthProperty
  | CustomAuthProperty<CustomAuthProps>
  | OAuth2Property<OAuth2Props>

/** A piece's auth: one property, several (the user chooses), or none. */
export type AnyAuth = PieceAuthProperty | PieceAuthProperty[] | undefined
