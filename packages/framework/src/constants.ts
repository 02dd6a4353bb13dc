import {
  PieceCategory as PieceCategorySchema,
  TriggerStrategy as TriggerStrategySchema,
} from '@piecework/model/piece/metadata'
import { PropertyType as PropertyTypeSchema } from '@piecework/model/piece/property'
import { ExecutionType as ExecutionTypeSchema } from '@piecework/model/run/status'
import { WaitpointType as WaitpointTypeSchema } from '@piecework/model/run/waitpoint'

/**
 * The constants of the SDK: objects whose members read like enums, and a type of the same name for each. The
 * namespaces let a member be named as a type, as `TriggerStrategy.WEBHOOK` in a context; they leave no code behind.
 */

export const PropertyType = PropertyTypeSchema.enum
export type PropertyType = PropertyTypeSchema
export declare namespace PropertyType {
  type SHORT_TEXT = 'SHORT_TEXT'
  type LONG_TEXT = 'LONG_TEXT'
  type MARKDOWN = 'MARKDOWN'
  type DROPDOWN = 'DROPDOWN'
  type STATIC_DROPDOWN = 'STATIC_DROPDOWN'
  type NUMBER = 'NUMBER'
  type CHECKBOX = 'CHECKBOX'
  type OAUTH2 = 'OAUTH2'
  type SECRET_TEXT = 'SECRET_TEXT'
  type ARRAY = 'ARRAY'
  type OBJECT = 'OBJECT'
  type BASIC_AUTH = 'BASIC_AUTH'
  type JSON = 'JSON'
  type MULTI_SELECT_DROPDOWN = 'MULTI_SELECT_DROPDOWN'
  type STATIC_MULTI_SELECT_DROPDOWN = 'STATIC_MULTI_SELECT_DROPDOWN'
  type DYNAMIC = 'DYNAMIC'
  type CUSTOM_AUTH = 'CUSTOM_AUTH'
  type DATE_TIME = 'DATE_TIME'
  type FILE = 'FILE'
  type CUSTOM = 'CUSTOM'
  type COLOR = 'COLOR'
}

export const TriggerStrategy = TriggerStrategySchema.enum
export type TriggerStrategy = TriggerStrategySchema
export declare namespace TriggerStrategy {
  type POLLING = 'POLLING'
  type WEBHOOK = 'WEBHOOK'
  type APP_WEBHOOK = 'APP_WEBHOOK'
  type MANUAL = 'MANUAL'
}

export const PieceCategory = PieceCategorySchema.enum
export type PieceCategory = PieceCategorySchema

export const ExecutionType = ExecutionTypeSchema.enum
export type ExecutionType = ExecutionTypeSchema
export declare namespace ExecutionType {
  type BEGIN = 'BEGIN'
  type RESUME = 'RESUME'
}

/** The events that a paused step can wait for. */
export const PauseType = WaitpointTypeSchema.enum
export type PauseType = WaitpointTypeSchema
export declare namespace PauseType {
  type DELAY = 'DELAY'
  type WEBHOOK = 'WEBHOOK'
}

type ValueOf<T> = T[keyof T]

export const TriggerTestStrategy = { SIMULATION: 'SIMULATION', TEST_FUNCTION: 'TEST_FUNCTION' } as const
export type TriggerTestStrategy = ValueOf<typeof TriggerTestStrategy>

/** PROJECT values are shared by the flows of a project; its wire value is historical. */
export const StoreScope = { PROJECT: 'COLLECTION', FLOW: 'FLOW' } as const
export type StoreScope = ValueOf<typeof StoreScope>
export declare namespace StoreScope {
  type PROJECT = 'COLLECTION'
  type FLOW = 'FLOW'
}

export const WebhookRenewStrategy = { CRON: 'CRON', NONE: 'NONE' } as const
export type WebhookRenewStrategy = ValueOf<typeof WebhookRenewStrategy>
export declare namespace WebhookRenewStrategy {
  type CRON = 'CRON'
  type NONE = 'NONE'
}

export const WebhookHandshakeStrategy = {
  NONE: 'NONE',
  HEADER_PRESENT: 'HEADER_PRESENT',
  QUERY_PRESENT: 'QUERY_PRESENT',
  BODY_PARAM_PRESENT: 'BODY_PARAM_PRESENT',
} as const
export type WebhookHandshakeStrategy = ValueOf<typeof WebhookHandshakeStrategy>
export declare namespace WebhookHandshakeStrategy {
  type NONE = 'NONE'
  type HEADER_PRESENT = 'HEADER_PRESENT'
  type QUERY_PRESENT = 'QUERY_PRESENT'
  type BODY_PARAM_PRESENT = 'BODY_PARAM_PRESENT'
}

export const MarkdownVariant = { BORDERLESS: 'BORDERLESS', INFO: 'INFO', WARNING: 'WARNING', TIP: 'TIP' } as const
export type MarkdownVariant = ValueOf<typeof MarkdownVariant>

export const OAuth2AuthorizationMethod = { HEADER: 'HEADER', BODY: 'BODY' } as const
export type OAuth2AuthorizationMethod = ValueOf<typeof OAuth2AuthorizationMethod>
export declare namespace OAuth2AuthorizationMethod {
  type HEADER = 'HEADER'
  type BODY = 'BODY'
}

export const OAuth2GrantType = {
  AUTHORIZATION_CODE: 'authorization_code',
  CLIENT_CREDENTIALS: 'client_credentials',
} as const
export type OAuth2GrantType = ValueOf<typeof OAuth2GrantType>
export declare namespace OAuth2GrantType {
  type AUTHORIZATION_CODE = 'authorization_code'
  type CLIENT_CREDENTIALS = 'client_credentials'
}

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
export declare namespace AppConnectionType {
  type OAUTH2 = 'OAUTH2'
  type PLATFORM_OAUTH2 = 'PLATFORM_OAUTH2'
  type CLOUD_OAUTH2 = 'CLOUD_OAUTH2'
  type SECRET_TEXT = 'SECRET_TEXT'
  type BASIC_AUTH = 'BASIC_AUTH'
  type CUSTOM_AUTH = 'CUSTOM_AUTH'
  type NO_AUTH = 'NO_AUTH'
}

/** Which shape of context a piece was written for; pieces without one are older than version 1. */
export const ContextVersion = { V1: '1', V2: '2' } as const
export type ContextVersion = ValueOf<typeof ContextVersion>
export declare namespace ContextVersion {
  type V1 = '1'
  type V2 = '2'
}
export const LATEST_CONTEXT_VERSION = ContextVersion.V2
/** The first release whose engine speaks the latest context; no newer piece can run on an older one. */
export const MINIMUM_SUPPORTED_RELEASE_AFTER_LATEST_CONTEXT_VERSION = '0.82.0'

/** An event that carries this key is dropped when one with the same value came shortly before. */
export const DEDUPE_KEY_PROPERTY = '_dedupe_key'

export const DEFAULT_CONNECTION_DISPLAY_NAME = 'Connection'

/** The property of an input that holds the connection. */
export const AUTHENTICATION_PROPERTY_NAME = 'auth'
