import type { FlowVersion } from '@piecework/model/flow/flow'
import { isRouter } from '@piecework/model/flow/kinds/router'
import { assumedBy, type FlowPart } from '@piecework/model/flow/operations/collisions'
import { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { Step } from '@piecework/model/flow/step'
import type { ActionRequest, TriggerRequest } from '@piecework/model/flow/step-request'
import { findStep, isAction, nestedHeads, walk } from '@piecework/model/flow/walk'
import { type Clash, isRecord, isSame, merged } from './merge.ts'

/** The values that the author saw of the parts that the operation assumes unchanged, in the order of `assumedBy`. */
export type Seen = readonly unknown[]

/** Reads the parts of a version that an operation assumes. */
export const seenBy = (operation: FlowOperation, version: FlowVersion): Seen =>
  assumedBy(operation).map((part) => partIn(version, part))

function partIn(version: FlowVersion, part: FlowPart): unknown {
  const [kind, name = ''] = part.split(/:(.*)/s)
  const step = findStep(version.trigger, name)
  switch (kind) {
    case 'name':
      return { displayName: version.displayName }
    case 'trigger':
      return valueOfStep(version.trigger)
    case 'step':
      return step && valueOfStep(step)
    case 'skip':
      return step && isAction(step) && step.skip === true
    case 'branches':
      return step && isRouter(step)
        ? step.settings.branches.map(({ branchType, branchName }) => ({ branchType, branchName }))
        : undefined
    case 'note': {
      const note = version.notes.find(({ id }) => id === name)
      return note && valueOfNote(note)
    }
    default:
      return [version.displayName, ...[...walk(version.trigger)].map(valueInTree)]
  }
}

function valueOfStep({ type, displayName, settings }: Step | ActionRequest | TriggerRequest) {
  const { sampleData: _, ...rest } = { sampleData: undefined, ...settings }
  return { type, displayName, settings: rest }
}

type Noted = Pick<FlowVersion['notes'][number], 'content' | 'color' | 'position' | 'size'>
const valueOfNote = ({ content, color, position, size }: Noted): Noted => ({ content, color, position, size })

/** A step with its place, without what is inside of it. */
const valueInTree = (step: Step): unknown => [
  step.name,
  step.nextAction?.name,
  nestedHeads(step).map((head) => head?.name),
  isAction(step) && step.skip === true,
  valueOfStep(step),
]

/** The value that an operation sets as a whole, in the shape of the part that it replaces; undefined for others. */
function given(operation: FlowOperation): Record<string, unknown> | undefined {
  switch (operation.type) {
    case 'UPDATE_ACTION':
    case 'UPDATE_TRIGGER':
      return valueOfStep(operation.request)
    case 'UPDATE_NOTE':
      return { ...valueOfNote(operation.request) }
    case 'CHANGE_NAME':
      return { displayName: operation.request.displayName }
    default:
      return undefined
  }
}

export interface Together {
  /** With what others did where its author changed nothing. */
  operation: FlowOperation
  /** The values that both changed; the operation has the one of its author. */
  clashes: readonly Clash[]
}

const WHOLE = (mine: unknown, theirs: unknown): Clash => ({ path: '', mine, theirs })

/** Puts an operation together with what others did. @param seen by its author @param now what there is */
export function together(operation: FlowOperation, seen: Seen, now: Seen): Together {
  if (isSame(seen, now)) return { operation, clashes: [] }
  const mine = given(operation)
  if (!mine) return { operation, clashes: [WHOLE(undefined, undefined)] }
  const [before, theirs] = [seen[0], now[0]]
  if (!isRecord(before) || !isRecord(theirs) || !isOfOneKind(before, mine, theirs))
    return { operation, clashes: [WHOLE(mine, theirs)] }
  const { value, clashes } = merged(before, mine, theirs)
  const skip = mergedSkip(operation, seen[2], now[2])
  const request = { ...operation.request, ...(isRecord(value) ? value : {}), ...skip.fields }
  const { success, data } = FlowOperation.safeParse({ type: operation.type, request })
  if (!success) return { operation, clashes: [WHOLE(mine, theirs)] }
  return { operation: data, clashes: [...clashes, ...skip.clashes] }
}

/** A step that was skipped, or not, at the moment of the edit says nothing of what others did since. */
function mergedSkip(operation: FlowOperation, before: unknown, theirs: unknown) {
  if (operation.type !== 'UPDATE_ACTION' || operation.request.skip === undefined) return { fields: {}, clashes: [] }
  const { value, clashes } = merged({ skip: before }, { skip: operation.request.skip }, { skip: theirs })
  return { fields: isRecord(value) ? { skip: value.skip } : {}, clashes }
}

/** Settings of one piece's action mean nothing to another. */
const isOfOneKind = (...values: readonly Record<string, unknown>[]): boolean => {
  const [first, ...others] = values.map(({ type, settings }) => {
    const { pieceName, actionName, triggerName }: Record<string, unknown> = isRecord(settings) ? settings : {}
    return [type, pieceName, actionName, triggerName]
  })
  return others.every((other) => isSame(first, other))
}
