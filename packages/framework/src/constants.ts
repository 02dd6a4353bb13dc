import {
  PieceCategory as PieceCategorySchema,
  TriggerStrategy as TriggerStrategySchema,
} from '@piecework/model/piece/metadata'
import { PropertyType as PropertyTypeSchema } from '@piecework/model/piece/property'
import { ExecutionType as ExecutionTypeSchema } from '@piecework/model/run/status'
import { WaitpointType as WaitpointTypeSchema } from '@piecework/model/run/waitpoint'

/** The constants of the SDK: objects whose members read like enums, and a type of the same name for each. */

export const PropertyType = PropertyTypeSchema.enum
export type PropertyType = PropertyTypeSchema

export const TriggerStrategy = TriggerStrategySchema.enum
export type TriggerStrategy = TriggerStrategySchema

export const PieceCategory = PieceCategorySchema.enum
export type PieceCategory = PieceCategorySchema

export const ExecutionType = ExecutionTypeSchema.enum
export type ExecutionType = ExecutionTypeSchema

/** What a paused step waits for. */
export const PauseType = WaitpointTypeSchema.enum
export type PauseType = WaitpointTypeSchema

type ValueOf<T> = T[keyof T]

export const TriggerTestStrategy = { SIMULATION: 'SIMULATION', TEST_FUNCTION: 'TEST_FUNCTION' } as const
export type TriggerTestStrategy = ValueOf<typeof TriggerTestStrategy>

/** PROJECT values are shared by the flows of a project; its wire value is historical. */
export const StoreScope = { PROJECT: 'COLLECTION', FLOW: 'FLOW' } as const
export type StoreScope = ValueOf<typeof StoreScope>

export const WebhookRenewStrategy = { CRON: 'CRON', NONE: 'NONE' } as const
export type WebhookRenewStrategy = ValueOf<typeof WebhookRenewStrategy>

export const WebhookHandshakeStrategy = {
  NONE: 'NONE',
  HEADER_PRESENT: 'HEADER_PRESENT',
  QUERY_PRESENT: 'QUERY_PRESENT',
  BODY_PARAM_PRESENT: 'BODY_PARAM_PRESENT',
} as const
export type WebhookHandshakeStrategy = ValueOf<typeof WebhookHandshakeStrategy>

export const MarkdownVariant = { BORDERLESS: 'BORDERLESS', INFO: 'INFO', WARNING: 'WARNING', TIP: 'TIP' } as const
export type MarkdownVariant = ValueOf<typeof MarkdownVariant>

export const OAuth2AuthorizationMethod = { HEADER: 'HEADER', BODY: 'BODY' } as const
export type OAuth2AuthorizationMethod = ValueOf<typeof OAuth2AuthorizationMethod>

export const OAuth2GrantType = {
  AUTHORIZATION_CODE: 'authorization_code',
  CLIENT_CREDENTIALS: 'client_credentials',
} as const
export type OAuth2GrantType = ValueOf<typeof OAuth2GrantType>

/** A piece that lets the user choose between the two grants. */
export const BOTH_CLIENT_CREDENTIALS_AND_AUTHORIZATION_CODE = 'both_client_credentials_and_authorization_code'

export const AppConnectionType = {
  OAUTH2: 'OAUTH2',
  PLATFORM_OAUTH2: 'PLATFORM_OAUTH2',
  CLOUD_OAUTH2: 'CLOUD_OAUTH2',
  SECRET_TEXT: 'SECRET_TEXT',
  BASIC_AUTH: 'BASIC_AUTH',
  CUSTOM_AUTH: 'CUSTOM_AUTH',
  NO_AUTH: 'NO_AUTH',
} as const
export type AppConnectionType = ValueOf<typeof AppConnectionType>

/** Which shape of context a piece was written for; pieces without one are older than version 1. */
export const ContextVersion = { V1: '1', V2: '2' } as const
export type ContextVersion = ValueOf<typeof ContextVersion>
export const LATEST_CONTEXT_VERSION = ContextVersion.V2
/** The first release whose engine speaks the latest context; no newer piece can run on an older one. */
export const MINIMUM_SUPPORTED_RELEASE_AFTER_LATEST_CONTEXT_VERSION = '0.82.0'

/** An event that carries this key is dropped when one with the same value came shortly before. */
export const DEDUPE_KEY_PROPERTY = '_dedupe_key'

export const DEFAULT_CONNECTION_DISPLAY_NAME = 'Connection'
