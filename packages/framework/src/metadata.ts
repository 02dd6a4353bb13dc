import { ActionMetadata, PieceMetadata as PieceMetadataSchema, TriggerMetadata } from '@piecework/model/piece/metadata'
import { z } from 'zod'
import type { Action } from './action.ts'
import type { ContextVersion, PieceCategory } from './constants.ts'
import type { I18nForPiece } from './i18n.ts'
import type { PieceAuthProperty } from './property/auth-types.ts'
import type { PiecePropertyMap } from './property/types.ts'
import type { Trigger } from './trigger.ts'

/**
 * The metadata of a piece, with what the catalogue adds to it. The schemas describe the JSON, which has lost the
 * functions; the types of actions and triggers still know the declarations.
 */

export const ActionBase = ActionMetadata
export type ActionBase = Pick<Action, 'name' | 'displayName' | 'description' | 'requireAuth'> & {
  props: PiecePropertyMap
  errorHandlingOptions?: Action['errorHandlingOptions']
}

export const TriggerBase = TriggerMetadata
export type TriggerBase = ActionBase &
  Pick<Trigger, 'type' | 'sampleData' | 'testStrategy'> & {
    handshakeConfiguration?: Trigger['handshakeConfiguration']
    renewConfiguration?: Trigger['renewConfiguration']
  }

export const PieceBase = PieceMetadataSchema.omit({ actions: true, triggers: true, i18n: true, contextInfo: true })
export interface PieceBase {
  id?: string
  name: string
  displayName: string
  logoUrl: string
  description: string
  platformId?: string
  authors: string[]
  directoryPath?: string
  auth?: PieceAuthProperty | PieceAuthProperty[]
  version: string
  categories?: PieceCategory[]
  minimumSupportedRelease?: string
  maximumSupportedRelease?: string
  i18n?: I18nForPiece
  getContextInfo: (() => { version: ContextVersion }) | undefined
}

export const PieceMetadata = PieceMetadataSchema
export type PieceMetadata = Omit<PieceBase, 'getContextInfo'> & {
  actions: Record<string, ActionBase>
  triggers: Record<string, TriggerBase>
  contextInfo?: { version: ContextVersion } | undefined
}

export const PieceMetadataSummary = PieceMetadataSchema.omit({ i18n: true }).extend({
  actions: z.number(),
  triggers: z.number(),
  suggestedActions: z.array(ActionBase).optional(),
  suggestedTriggers: z.array(TriggerBase).optional(),
})
export type PieceMetadataSummary = Omit<PieceMetadata, 'actions' | 'triggers'> & {
  actions: number
  triggers: number
  suggestedActions?: ActionBase[]
  suggestedTriggers?: TriggerBase[]
}

const PackageMetadata = z.object({
  projectUsage: z.number(),
  tags: z.array(z.string()).optional(),
  pieceType: z.enum(['OFFICIAL', 'CUSTOM']),
  packageType: z.enum(['REGISTRY', 'ARCHIVE']),
  platformId: z.string().optional(),
  archiveId: z.string().optional(),
})
type PackageMetadata = z.infer<typeof PackageMetadata>

/** A piece as the catalogue tells of it in full. */
export const PieceMetadataModel = PieceMetadata.extend(PackageMetadata.shape)
export type PieceMetadataModel = PieceMetadata & PackageMetadata

/** A piece as it stands in the list of the catalogue. */
export const PieceMetadataModelSummary = PieceMetadataSummary.extend(PackageMetadata.shape)
export type PieceMetadataModelSummary = PieceMetadataSummary & PackageMetadata

export const PiecePackageInformation = z.object({ name: z.string(), version: z.string() })
export type PiecePackageInformation = z.infer<typeof PiecePackageInformation>
