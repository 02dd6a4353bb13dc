import { z } from 'zod'
import { PropertyMetadata } from './property.ts'

export const PieceCategory = z.enum([
  'ARTIFICIAL_INTELLIGENCE',
  'COMMUNICATION',
  'COMMERCE',
  'CORE',
  'UNIVERSAL_AI',
  'FLOW_CONTROL',
  'BUSINESS_INTELLIGENCE',
  'ACCOUNTING',
  'PRODUCTIVITY',
  'CONTENT_AND_FILES',
  'DEVELOPER_TOOLS',
  'CUSTOMER_SUPPORT',
  'FORMS_AND_SURVEYS',
  'HUMAN_RESOURCES',
  'PAYMENT_PROCESSING',
  'MARKETING',
  'SALES_AND_CRM',
])
export type PieceCategory = z.infer<typeof PieceCategory>

export const TriggerStrategy = z.enum(['POLLING', 'WEBHOOK', 'APP_WEBHOOK', 'MANUAL'])
export type TriggerStrategy = z.infer<typeof TriggerStrategy>

const actionFields = {
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  props: z.record(z.string(), PropertyMetadata),
  requireAuth: z.boolean(),
  errorHandlingOptions: z.looseObject({}).optional(),
}
/** Traits that are left out have their defaults: published pieces declare none. */
export const ActionMetadata = z.looseObject({ ...actionFields, actsOutside: z.boolean().optional() })
export type ActionMetadata = z.infer<typeof ActionMetadata>

export const HandshakeConfiguration = z.object({
  strategy: z.enum(['NONE', 'HEADER_PRESENT', 'QUERY_PRESENT', 'BODY_PARAM_PRESENT']),
  paramName: z.string().optional(),
})
export type HandshakeConfiguration = z.infer<typeof HandshakeConfiguration>

export const RenewConfiguration = z.object({
  strategy: z.enum(['NONE', 'CRON']),
  cronExpression: z.string().optional(),
})
export type RenewConfiguration = z.infer<typeof RenewConfiguration>

export const TriggerMetadata = z.looseObject({
  ...actionFields,
  type: TriggerStrategy,
  sampleData: z.unknown().optional(),
  handshakeConfiguration: HandshakeConfiguration.optional(),
  renewConfiguration: RenewConfiguration.optional(),
  testStrategy: z.enum(['TEST_FUNCTION', 'SIMULATION']).optional(),
  passesThrough: z.boolean().optional(),
})
export type TriggerMetadata = z.infer<typeof TriggerMetadata>

/** The metadata of a piece. */
export const PieceMetadata = z.looseObject({
  name: z.string(),
  displayName: z.string(),
  logoUrl: z.string(),
  description: z.string(),
  authors: z.array(z.string()),
  version: z.string(),
  auth: z.union([PropertyMetadata, z.array(PropertyMetadata)]).optional(),
  categories: z.array(z.string()).optional(),
  minimumSupportedRelease: z.string().optional(),
  maximumSupportedRelease: z.string().optional(),
  i18n: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  actions: z.record(z.string(), ActionMetadata),
  triggers: z.record(z.string(), TriggerMetadata),
  contextInfo: z.looseObject({ version: z.string().optional() }).optional(),
})
export type PieceMetadata = z.infer<typeof PieceMetadata>
