import { withDerived } from './derive.ts'
import type { FlowVersion } from './flow.ts'
import { kindOf } from './kinds/registry.ts'
import type { FlowOperation } from './operations/registry.ts'
import type { PieceLookup, Verdict } from './piece-step.ts'
import type { Step, Trigger } from './step.ts'
import type { ActionRequest, TriggerRequest } from './step-request.ts'
import { copyTree, walk } from './walk.ts'

/**
 * Whether steps are ready to run, as far as can be seen before they do (spec: facts/flow-model.md section 3).
 * Metadata comes from outside: load the pieces that piecesOf() names, then judge.
 */

/** A step of a version or of a request. */
type AnyStep = Step | ActionRequest | TriggerRequest

/** Judges one step. That of a piece which the lookup does not know is not valid. */
export const judgeStep = (step: AnyStep, lookup: PieceLookup): Verdict => kindOf(step).judge(step, lookup)

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
