import { withDerived } from './derive.ts'
import type { FlowVersion } from './flow.ts'
import { kindOf } from './kinds/registry.ts'
import type { FlowOperation } from './operations/registry.ts'
import type { PieceLookup, Validation } from './piece-step.ts'
import type { Step, Trigger } from './step.ts'
import type { ActionRequest, TriggerRequest } from './step-request.ts'
import { copyTree, walk } from './walk.ts'

/**
 * Checks whether steps are ready to run, as far as that is visible before a run. Metadata comes from outside: load the
 * pieces that piecesOf() names first.
 */

/** A step of a version or of a request. */
type AnyStep = Step | ActionRequest | TriggerRequest

/** Checks one step. A step whose piece the lookup does not know is not valid. */
export const validateStep = (step: AnyStep, lookup: PieceLookup): Validation => kindOf(step).validate(step, lookup)

/** The tree with every step checked and its input cleaned. */
export function validateTree(trigger: Trigger, lookup: PieceLookup): Trigger {
  const copy = copyTree(trigger)
  for (const step of walk(copy)) {
    const { valid, ...changes } = validateStep(step, lookup)
    step.valid = valid
    kindOf(step).clean(step, changes)
  }
  return copy
}

/** The version with every step checked, and its own validity computed. */
export function validateVersion(version: FlowVersion, lookup: PieceLookup): FlowVersion {
  return withDerived({ ...version, trigger: validateTree(version.trigger, lookup) })
}

/**
 * The operation with its steps checked, in place of the client's `valid`, and with exact versions of their pieces. Call
 * it before applyOperation.
 */
export function validateOperation(operation: FlowOperation, lookup: PieceLookup): FlowOperation {
  switch (operation.type) {
    case 'ADD_ACTION': {
      const { request } = operation
      return { ...operation, request: { ...request, action: validateRequest(request.action, lookup) } }
    }
    case 'UPDATE_ACTION':
      return { ...operation, request: validateRequest(operation.request, lookup) }
    case 'UPDATE_TRIGGER':
      return { ...operation, request: validateRequest(operation.request, lookup) }
    case 'IMPORT_FLOW': {
      const { request } = operation
      return { ...operation, request: { ...request, trigger: validateTree(request.trigger, lookup) } }
    }
    default:
      return operation
  }
}

function validateRequest<R extends ActionRequest | TriggerRequest>(request: R, lookup: PieceLookup): R {
  const { valid, ...changes } = validateStep(request, lookup)
  const step = { ...request, valid }
  kindOf(step).clean(step, changes)
  return step
}

/** A piece that steps use. */
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

/** The pieces whose metadata validateOperation needs. */
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
    const { pieceName, pieceVersion } = kindOf(step).piece(step) ?? {}
    if (!pieceName || pieceVersion === undefined) continue
    const key = `${pieceName}@${pieceVersion}`
    const use = pieces.get(key) ?? { pieceName, pieceVersion, steps: [] }
    use.steps.push(step.name)
    pieces.set(key, use)
  }
  return [...pieces.values()]
}
