import type { FlowOperation } from './registry.ts'

/**
 * Finds operations of several people that collide. Most do not: they name the steps that they change. The others would
 * replace a value that its author has not seen, or mean another branch than the author saw.
 */

/** The whole flow, which an import replaces. */
const FLOW = 'flow'

/** A part of a flow, as text: `flow`, `name`, `trigger`, `step:…`, `skip:…`, `place:…`, `branches:…`, `note:…`. */
export type FlowPart = string

const step = (name: string): FlowPart => `step:${name}`
const skip = (name: string): FlowPart => `skip:${name}`
const place = (name: string): FlowPart => `place:${name}`
const branches = (router: string): FlowPart => `branches:${router}`
const note = (id: string): FlowPart => `note:${id}`

/** The parts of a flow that an operation changes, as far as others might not notice. */
export function touchedBy(operation: FlowOperation): FlowPart[] {
  switch (operation.type) {
    case 'ADD_ACTION':
      return [step(operation.request.action.name)]
    case 'UPDATE_ACTION':
      return [step(operation.request.name)]
    case 'DELETE_ACTION':
      return operation.request.names.map(step)
    case 'MOVE_ACTION':
      return [place(operation.request.name)]
    case 'DUPLICATE_ACTION':
      return [place(operation.request.stepName)]
    case 'SET_SKIP_ACTION':
      return operation.request.names.map(skip)
    case 'UPDATE_TRIGGER':
      return ['trigger']
    case 'ADD_BRANCH':
    case 'DELETE_BRANCH':
    case 'DUPLICATE_BRANCH':
    case 'MOVE_BRANCH':
      return [branches(operation.request.stepName)]
    case 'CHANGE_NAME':
      return ['name']
    case 'ADD_NOTE':
    case 'UPDATE_NOTE':
    case 'DELETE_NOTE':
      return [note(operation.request.id)]
    case 'IMPORT_FLOW':
    case 'USE_AS_DRAFT':
      return [FLOW]
    default:
      return []
  }
}

/** The parts that must be unchanged since the author of an operation saw them. */
export function assumedBy(operation: FlowOperation): FlowPart[] {
  if (ASSUMES_ALL.has(operation.type)) return [FLOW]
  switch (operation.type) {
    case 'ADD_ACTION': {
      const { action, parentStep } = operation.request
      return [step(action.name), ...(inBranch(operation.request) ? [branches(parentStep)] : [])]
    }
    case 'UPDATE_ACTION': {
      const { name, skip: skipped } = operation.request
      return [step(name), branches(name), ...(skipped === undefined ? [] : [skip(name)])]
    }
    case 'MOVE_ACTION':
      return inBranch(operation.request) ? [branches(operation.request.newParentStep)] : []
    case 'UPDATE_TRIGGER':
    case 'ADD_BRANCH':
    case 'DELETE_BRANCH':
    case 'DUPLICATE_BRANCH':
    case 'MOVE_BRANCH':
    case 'CHANGE_NAME':
    case 'ADD_NOTE':
    case 'UPDATE_NOTE':
      return touchedBy(operation)
    default:
      return []
  }
}

const inBranch = (request: { branchIndex?: number | undefined }): boolean => request.branchIndex !== undefined

/** Operations that replace the whole flow, or publish it. */
const ASSUMES_ALL: ReadonlySet<FlowOperation['type']> = new Set(['IMPORT_FLOW', 'USE_AS_DRAFT', 'LOCK_AND_PUBLISH'])
/** Operations that fit every flow. */
const ASSUMES_NOTHING: ReadonlySet<FlowOperation['type']> = new Set([
  'CHANGE_FOLDER',
  'CHANGE_STATUS',
  'UPDATE_METADATA',
  'UPDATE_MINUTES_SAVED',
  'UPDATE_OWNER',
])

/**
 * Whether an operation collides with one that its author has not seen.
 * @param touched the parts that the other operation changed: see touchedBy
 */
export function collides(operation: FlowOperation, touched: readonly FlowPart[]): boolean {
  if (touched.length === 0 || ASSUMES_NOTHING.has(operation.type)) return false
  const assumed = assumedBy(operation)
  if (touched.includes(FLOW) || assumed.includes(FLOW)) return true
  return touched.some((part) => assumed.includes(part))
}
