import type { FlowVersion } from '@piecework/model/flow/flow'
import type { OperationContext } from '@piecework/model/flow/operations/operation'
import { type FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { stepNames, unusedNames } from '@piecework/model/flow/walk'
import { applied, renamed } from './fold.ts'
import type { Clash } from './merge.ts'
import { type Seen, seenBy, together } from './seen.ts'

/** An operation on its way to the server. */
export interface Waiting {
  id: string
  operation: FlowOperation
  /** The values that its author saw of the parts that it changes. */
  seen: Seen
  /** The names of the steps that it made on screen, where the server chooses them. */
  makes: readonly string[]
  merge?: string | undefined
  /** The revision that it was sent over: until there is an answer, the server may have it or not. */
  sentOver?: number | undefined
  /** For who waits for the answer of the server. */
  settle?: ((error?: unknown) => void) | undefined
}

interface Reconciled {
  waiting: Waiting[]
  refused: { entry: Waiting; clashes: readonly Clash[] }[]
  /** Steps that go under another name, because somebody took theirs. */
  names: ReadonlyMap<string, string>
}

/**
 * The waiting operations over a version that others changed: each changes what its author changed, and nothing else.
 * Those that would replace what their author has not seen are refused.
 */
export function reconciled(
  waiting: readonly Waiting[],
  version: FlowVersion,
  context: OperationContext,
  newId: () => string,
): Reconciled {
  const result: Waiting[] = []
  const refused: Reconciled['refused'] = []
  const names = new Map<string, string>()
  let now = version
  for (const entry of waiting) {
    const own = stepNames(now.trigger)
    giveOtherName(entry, own, waiting, names)
    const operation = renamed(entry.operation, names)
    const values = seenBy(operation, now)
    const sum = together(operation, entry.seen, values)
    if (sum.clashes.length > 0) {
      refused.push({ entry: { ...entry, operation }, clashes: sum.clashes })
      continue
    }
    const isOther = sum.operation !== entry.operation
    let makes = entry.makes
    if (isVersionOperation(sum.operation))
      try {
        now = applied(now, sum.operation, context)
        makes = madeBy(sum.operation, own, now)
        addNames(names, entry.makes, makes)
      } catch {
        // The server says why it does not fit.
      }
    result.push({ ...entry, id: isOther ? newId() : entry.id, operation: sum.operation, seen: values, makes })
  }
  return { waiting: result, refused, names }
}

/** Two people who add a step at once may choose the same name: the second one takes another. */
function giveOtherName(
  { operation, seen }: Waiting,
  own: ReadonlySet<string>,
  waiting: readonly Waiting[],
  names: Map<string, string>,
): void {
  if (operation.type !== 'ADD_ACTION') return
  const { name } = operation.request.action
  // Its author put back a step that there was: then it is the server that says why it does not fit.
  if (!own.has(name) || (seen[0] ?? undefined) !== undefined) return
  const taken = new Set([...own, ...names.values(), ...waiting.flatMap(namesOf)])
  names.set(name, unusedNames(taken)())
}

const namesOf = ({ operation, makes }: Waiting): string[] =>
  operation.type === 'ADD_ACTION' ? [operation.request.action.name] : [...makes]

const DUPLICATES: ReadonlySet<FlowOperation['type']> = new Set(['DUPLICATE_ACTION', 'DUPLICATE_BRANCH'])

/** The names of the copies that an operation made, in reading order. @param before the names of all steps before it */
export const madeBy = (operation: FlowOperation, before: ReadonlySet<string>, after: FlowVersion): string[] =>
  DUPLICATES.has(operation.type) ? [...stepNames(after.trigger)].filter((name) => !before.has(name)) : []

/** Copies that have other names than on the screen of their author. */
export function addNames(names: Map<string, string>, shown: readonly string[], actual: readonly string[]): void {
  for (const [index, name] of shown.entries()) {
    const other = actual[index]
    if (other !== undefined && other !== name) names.set(name, other)
  }
}
