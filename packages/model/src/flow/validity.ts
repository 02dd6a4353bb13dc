import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '../piece/metadata.ts'
import { withDerived } from './derive.ts'
import type { FlowVersion } from './flow.ts'
import type { FlowOperation } from './operations/registry.ts'
import type { ActionRequest, TriggerRequest } from './operations/step-request.ts'
import { packageJsonProblem } from './packages.ts'
import { inputSchema } from './prop-schema.ts'
import { areBranchesValid } from './router.ts'
import { translatedInput, wordsOfOthers } from './stand-in.ts'
import { leastVersion, type Step, type Trigger } from './step.ts'
import { copyTree, walk } from './walk.ts'

/**
 * Whether steps are ready to run, as far as can be seen before they do (spec: facts/flow-model.md section 3).
 * Metadata comes from outside: load the pieces that piecesOf() names, then judge.
 */

/** A piece that a step runs on. */
export interface FoundPiece {
  metadata: PieceMetadata
  /** The exact version that the step is pinned to: that of the piece, or of the one that it stands in for. */
  version: string
}

/** The piece for a version or range as a step writes it, or undefined when there is none. */
export type PieceLookup = (pieceName: string, pieceVersion: string) => FoundPiece | undefined

/** A step of a version or of a request. */
type AnyStep = Step | ActionRequest | TriggerRequest

interface Verdict {
  valid: boolean
  /** The input to store instead, when it was cleaned. */
  input?: Record<string, unknown>
  /** The exact version to store instead. */
  pieceVersion?: string
}

/** Judges one step. That of a piece which the lookup does not know is not valid. */
export function judgeStep(step: AnyStep, lookup: PieceLookup): Verdict {
  switch (step.type) {
    case 'EMPTY':
      return { valid: false }
    case 'LOOP_ON_ITEMS':
      return { valid: step.settings.items.length > 0 }
    case 'CODE': {
      const { code, packageJson } = step.settings.sourceCode
      return { valid: code.length > 0 && packageJson.length > 0 && packageJsonProblem(packageJson) === undefined }
    }
    case 'ROUTER':
      return { valid: areBranchesValid(step.settings.branches) }
    case 'PIECE': {
      const { pieceName, pieceVersion, actionName, input } = step.settings
      const piece = lookup(pieceName, pieceVersion)
      if (!piece || !actionName) return { valid: false, ...pinned(piece, pieceVersion) }
      const verdict = judgePart(piece.metadata, pieceVersion, partOf(piece.metadata, 'action', actionName), input)
      return { ...verdict, ...pinned(piece, pieceVersion) }
    }
    case 'PIECE_TRIGGER': {
      const { pieceName, pieceVersion, triggerName, input } = step.settings
      const piece = lookup(pieceName, pieceVersion)
      if (!piece || !triggerName) return { valid: false, ...pinned(piece, pieceVersion) }
      const verdict = judgePart(piece.metadata, pieceVersion, partOf(piece.metadata, 'trigger', triggerName), input)
      // The half-filled input of a trigger is kept as it came.
      return { ...(verdict.valid ? verdict : { valid: false }), ...pinned(piece, pieceVersion) }
    }
  }
}

/** The version to store, when it is another one than the step has. */
function pinned(piece: FoundPiece | undefined, written: string): { pieceVersion?: string } {
  const version = piece?.version ?? leastVersion(written)
  return version === written ? {} : { pieceVersion: version }
}

/** Judges an action or trigger by the piece that there is, whichever version the step names. */
function judgePart(
  piece: PieceMetadata,
  pieceVersion: string,
  part: ActionMetadata | TriggerMetadata | undefined,
  input: Record<string, unknown>,
): Verdict {
  if (!part) return { valid: false }
  const cleaned = cleanedInput(piece, part, pieceVersion, input)
  const authGiven = !needsAuth(piece, part) || (typeof cleaned.auth === 'string' && cleaned.auth !== '')
  const valid = authGiven && inputSchema(part.props).safeParse(cleaned).success
  const others = piece.version === pieceVersion ? {} : wordsOfOthers(piece.name, part.name, input)
  return { valid, input: { ...others, ...cleaned } }
}

/** What of an input the piece understands, whichever version the step names. */
export function cleanedInput(
  piece: PieceMetadata,
  part: ActionMetadata | TriggerMetadata,
  pieceVersion: string,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const { name, props } = part
  const own = piece.version === pieceVersion ? input : translatedInput(piece.name, name, props, input)
  const keys = Object.keys(props)
  if (needsAuth(piece, part) && !keys.includes('auth')) keys.push('auth')
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(own, key)).map((key) => [key, own[key]]))
}

/** The action or trigger of a piece by its name. */
export function partOf(
  piece: PieceMetadata,
  kind: 'action' | 'trigger',
  name: string,
): ActionMetadata | TriggerMetadata | undefined {
  return kind === 'action' ? ownValue(piece.actions, name) : ownValue(piece.triggers, name)
}

/** Whether a step of this action or trigger must have a connection. */
export function needsAuth(piece: PieceMetadata, part: ActionMetadata | TriggerMetadata): boolean {
  return hasAuth(piece) && part.requireAuth
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
    const { valid, ...changes } = judgeStep(step, lookup)
    step.valid = valid
    if (step.type === 'PIECE') step.settings = { ...step.settings, ...changes }
    else if (step.type === 'PIECE_TRIGGER') step.settings = { ...step.settings, ...changes }
  }
  return copy
}

/** The version with every step judged, and its own validity with them. */
export function judgeVersion(version: FlowVersion, lookup: PieceLookup): FlowVersion {
  return withDerived({ ...version, trigger: judgeTree(version.trigger, lookup) })
}

/**
 * The operation with the server's own verdict on the steps that it brings, in place of the client's `valid`, and with
 * exact versions of their pieces.
 * To be done before applyOperation.
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
  const { valid, ...changes } = judgeStep(action, lookup)
  if (action.type === 'PIECE') return { ...action, valid, settings: { ...action.settings, ...changes } }
  return { ...action, valid }
}

function judgeTriggerRequest(trigger: TriggerRequest, lookup: PieceLookup): TriggerRequest {
  const { valid, ...changes } = judgeStep(trigger, lookup)
  if (trigger.type === 'PIECE_TRIGGER') return { ...trigger, valid, settings: { ...trigger.settings, ...changes } }
  return { ...trigger, valid }
}

/** A piece as steps write it. */
export interface PieceUse {
  pieceName: string
  /** Exact, or a range. */
  pieceVersion: string
  /** The names of the steps. */
  steps: string[]
}

/** The pieces that a tree uses, each version once, in order of appearance. */
export function piecesOf(trigger: Trigger): PieceUse[] {
  return distinct(walk(trigger))
}

/** The pieces whose metadata judgeOperation will ask for. */
export function piecesOfOperation(operation: FlowOperation): PieceUse[] {
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

function distinct(steps: Iterable<AnyStep>): PieceUse[] {
  const pieces = new Map<string, PieceUse>()
  for (const step of steps) {
    if (step.type !== 'PIECE' && step.type !== 'PIECE_TRIGGER') continue
    const { pieceName, pieceVersion } = step.settings
    if (!pieceName) continue
    const key = `${pieceName}@${pieceVersion}`
    const use = pieces.get(key) ?? { pieceName, pieceVersion, steps: [] }
    use.steps.push(step.name)
    pieces.set(key, use)
  }
  return [...pieces.values()]
}
