import { AppError } from '../errors.ts'
import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '../piece/metadata.ts'
import { withDerived } from './derive.ts'
import type { FlowVersion } from './flow.ts'
import type { FlowOperation } from './operations/registry.ts'
import type { ActionRequest, TriggerRequest } from './operations/step-request.ts'
import { inputSchema } from './prop-schema.ts'
import { areBranchesValid } from './router.ts'
import { translatedInput, wordsOfOthers } from './stand-in.ts'
import type { Step, Trigger } from './step.ts'
import { copyTree, walk } from './walk.ts'

/**
 * Whether steps are ready to run, as far as can be seen before they do (spec: facts/flow-model.md section 3).
 * Metadata comes from outside: load the pieces that piecesOf() names, then judge.
 */

/** The metadata of one exact piece version, or undefined when there is none. */
export type PieceLookup = (pieceName: string, pieceVersion: string) => PieceMetadata | undefined

/** A step of a version or of a request. */
type AnyStep = Step | ActionRequest | TriggerRequest

interface Verdict {
  valid: boolean
  /** The input to store instead, when it was cleaned. */
  input?: Record<string, unknown>
}

/**
 * Judges one step. Throws ENTITY_NOT_FOUND for a piece that the lookup does not know.
 */
export function judgeStep(step: AnyStep, lookup: PieceLookup): Verdict {
  switch (step.type) {
    case 'EMPTY':
      return { valid: false }
    case 'LOOP_ON_ITEMS':
      return { valid: step.settings.items.length > 0 }
    case 'CODE': {
      const { code, packageJson } = step.settings.sourceCode
      return { valid: code.length > 0 && packageJson.length > 0 }
    }
    case 'ROUTER':
      return { valid: areBranchesValid(step.settings.branches) }
    case 'PIECE': {
      const { pieceName, pieceVersion, actionName, input } = step.settings
      if (!pieceName || !actionName) return { valid: false }
      const piece = pieceOrThrow(lookup, pieceName, pieceVersion)
      return judgePart(piece, pieceVersion, ownValue(piece.actions, actionName), input)
    }
    case 'PIECE_TRIGGER': {
      const { pieceName, pieceVersion, triggerName, input } = step.settings
      if (!pieceName || !triggerName) return { valid: false }
      const piece = pieceOrThrow(lookup, pieceName, pieceVersion)
      const verdict = judgePart(piece, pieceVersion, ownValue(piece.triggers, triggerName), input)
      // The half-filled input of a trigger is kept as it came.
      return verdict.valid ? verdict : { valid: false }
    }
  }
}

function pieceOrThrow(lookup: PieceLookup, pieceName: string, pieceVersion: string): PieceMetadata {
  const piece = lookup(pieceName, pieceVersion)
  if (piece) return piece
  const entityId = `${pieceName}@${pieceVersion}`
  throw new AppError('ENTITY_NOT_FOUND', { entityType: 'piece', entityId, message: `piece ${entityId} not found` })
}

/** Judges an action or trigger by the piece that there is, whichever version the step names. */
function judgePart(
  piece: PieceMetadata,
  pieceVersion: string,
  metadata: ActionMetadata | TriggerMetadata | undefined,
  input: Record<string, unknown>,
): Verdict {
  if (!metadata) return { valid: false }
  if (piece.version === pieceVersion) return judgeInput(piece, metadata, input)
  const { name, props } = metadata
  const verdict = judgeInput(piece, metadata, translatedInput(piece.name, name, props, input))
  return { ...verdict, input: { ...wordsOfOthers(piece.name, name, input), ...verdict.input } }
}

function judgeInput(
  piece: PieceMetadata,
  metadata: ActionMetadata | TriggerMetadata,
  input: Record<string, unknown>,
): Verdict {
  const needsAuth = hasAuth(piece) && metadata.requireAuth
  const keys = Object.keys(metadata.props)
  if (needsAuth && !keys.includes('auth')) keys.push('auth')
  const cleaned = Object.fromEntries(keys.filter((key) => Object.hasOwn(input, key)).map((key) => [key, input[key]]))
  const authGiven = !needsAuth || (typeof cleaned.auth === 'string' && cleaned.auth !== '')
  return { valid: authGiven && inputSchema(metadata.props).safeParse(cleaned).success, input: cleaned }
}

function hasAuth(piece: PieceMetadata): boolean {
  return Array.isArray(piece.auth) ? piece.auth.length > 0 : piece.auth !== undefined
}

function ownValue<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The tree with every step judged and its input cleaned. */
export function judgeTree(trigger: Trigger, lookup: PieceLookup): Trigger {
  const copy = copyTree(trigger)
  for (const step of walk(copy)) {
    const { valid, input } = judgeStep(step, lookup)
    step.valid = valid
    if (input && (step.type === 'PIECE' || step.type === 'PIECE_TRIGGER')) {
      if (step.type === 'PIECE') step.settings = { ...step.settings, input }
      else step.settings = { ...step.settings, input }
    }
  }
  return copy
}

/** The version with every step judged, and its own validity with them. */
export function judgeVersion(version: FlowVersion, lookup: PieceLookup): FlowVersion {
  return withDerived({ ...version, trigger: judgeTree(version.trigger, lookup) })
}

/**
 * The operation with the server's own verdict on the steps that it brings, in place of the client's `valid`.
 * To be done before applyOperation. Throws ENTITY_NOT_FOUND for an unknown piece.
 */
export function judgeOperation(operation: FlowOperation, lookup: PieceLookup): FlowOperation {
  switch (operation.type) {
    case 'ADD_ACTION': {
      const { request } = operation
      return { ...operation, request: { ...request, action: judgeAction(request.action, lookup) } }
    }
    case 'UPDATE_ACTION':
      return { ...operation, request: judgeAction(operation.request, lookup) }
    case 'UPDATE_TRIGGER':
      return { ...operation, request: judgeTriggerRequest(operation.request, lookup) }
    case 'IMPORT_FLOW': {
      const { request } = operation
      return { ...operation, request: { ...request, trigger: judgeTree(request.trigger, lookup) } }
    }
    default:
      return operation
  }
}

function judgeAction(action: ActionRequest, lookup: PieceLookup): ActionRequest {
  const { valid, input } = judgeStep(action, lookup)
  if (action.type === 'PIECE' && input) return { ...action, valid, settings: { ...action.settings, input } }
  return { ...action, valid }
}

function judgeTriggerRequest(trigger: TriggerRequest, lookup: PieceLookup): TriggerRequest {
  const { valid, input } = judgeStep(trigger, lookup)
  if (trigger.type === 'PIECE_TRIGGER' && input) return { ...trigger, valid, settings: { ...trigger.settings, input } }
  return { ...trigger, valid }
}

export interface PieceId {
  pieceName: string
  pieceVersion: string
}

/** The pieces that a tree uses, each version once, in order of appearance. */
export function piecesOf(trigger: Trigger): PieceId[] {
  return distinct(walk(trigger))
}

/** The pieces whose metadata judgeOperation will ask for. */
export function piecesOfOperation(operation: FlowOperation): PieceId[] {
  switch (operation.type) {
    case 'ADD_ACTION':
      return distinct([operation.request.action])
    case 'UPDATE_ACTION':
    case 'UPDATE_TRIGGER':
      return distinct([operation.request])
    case 'IMPORT_FLOW':
      return piecesOf(operation.request.trigger)
    default:
      return []
  }
}

function distinct(steps: Iterable<AnyStep>): PieceId[] {
  const pieces = new Map<string, PieceId>()
  for (const step of steps) {
    if (step.type !== 'PIECE' && step.type !== 'PIECE_TRIGGER') continue
    const { pieceName, pieceVersion } = step.settings
    if (pieceName) pieces.set(`${pieceName}@${pieceVersion}`, { pieceName, pieceVersion })
  }
  return [...pieces.values()]
}
