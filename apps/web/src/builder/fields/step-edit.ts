import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import type { FoundPiece } from '@piecework/model/flow/piece-step'
import type { PropertySettings, Step } from '@piecework/model/flow/step'
import { isAction } from '@piecework/model/flow/walk'
import type { PieceMetadata } from '@piecework/model/piece/metadata'

/** Part of the settings of a step, or its name. */
export interface StepChange {
  displayName?: string
  settings?: Readonly<Record<string, unknown>> & { propertySettings?: Readonly<Record<string, PropertySettings>> }
}

type Request = Extract<VersionOperation, { type: 'UPDATE_ACTION' | 'UPDATE_TRIGGER' }>

/** Finds the piece of a step among those that are known. */
export const lookupOf =
  (piece: PieceMetadata | undefined, name: string, version: string) =>
  (pieceName: string, pieceVersion: string): FoundPiece | undefined =>
    piece && pieceName === name && pieceVersion === version ? { metadata: piece, version: piece.version } : undefined

/** The operation that changes a step. @param piece its piece, which judges the settings; undefined while it loads */
export function changedStep(step: Step, change: StepChange, piece: PieceMetadata | undefined): Request {
  const { sampleData: _, ...settings } = { sampleData: undefined, ...step.settings, ...change.settings }
  const base = { name: step.name, displayName: change.displayName ?? step.displayName }
  const valid = isValid({ type: step.type, settings }, piece) ?? step.valid
  if (!isAction(step))
    return asRequest({ type: 'UPDATE_TRIGGER', request: { ...base, valid, type: step.type, settings } })
  const skip = step.skip === undefined ? {} : { skip: step.skip }
  return asRequest({ type: 'UPDATE_ACTION', request: { ...base, ...skip, valid, type: step.type, settings } })
}

/** Settings of a step with parts of theirs replaced are settings of that step. */
const asRequest = (operation: { type: Request['type']; request: object }): Request => operation as Request

function isValid(step: { type: string; settings: object }, piece: PieceMetadata | undefined): boolean | undefined {
  const isOfPiece = 'pieceName' in step.settings
  if (isOfPiece && piece === undefined) return undefined
  return kindOf(step).validate(step, () => (piece ? { metadata: piece, version: piece.version } : undefined)).valid
}
