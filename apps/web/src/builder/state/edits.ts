import type { FlowVersion } from '@piecework/model/flow/flow'
import { inverseOf } from '@piecework/model/flow/inverse'
import type { OperationContext } from '@piecework/model/flow/operations/operation'
import { isVersionOperation, type VersionOperation } from '@piecework/model/flow/operations/registry'
import { applied, folded, judged } from './fold.ts'
import { type History, NO_HISTORY, remembered, renamedHistory, turned, withoutLast } from './history.ts'
import type { Queue } from './queue.ts'
import { refusalOf } from './refusal.ts'
import { type Screen, show, showRefusal } from './screen.ts'
import { seenBy, together } from './seen.ts'
import type { Refusal } from './types.ts'

interface ApplyOptions {
  /** Edits with the same key that follow each other are one: `step_1.input.url` while somebody types. */
  merge?: string
}

/** The edits of one person: at once on the screen, then in the queue, and taken back on demand. */
export function createEdits(screen: Screen, queue: Queue, context: () => OperationContext) {
  let history: History = NO_HISTORY

  /** @param isSame whether the flow on screen is as before */
  function publish(isSame = false): void {
    const version = isSame ? screen.getState().version : folded(queue.version(), queue.operations(), context())
    show(screen, version, queue, history)
  }

  /** Applies operations one after the other. @returns what undoes them @throws AppError when one does not fit */
  function run(operations: readonly VersionOperation[], merge?: string): VersionOperation[] {
    let shown = screen.getState().version
    let inverse: VersionOperation[] | undefined = []
    const edits: { operation: VersionOperation; before: FlowVersion; after: FlowVersion }[] = []
    for (const operation of operations) {
      const sent = judged(operation)
      const after = applied(shown, sent, context())
      if (after === shown) continue
      const back: VersionOperation[] | undefined = inverseOf(shown, sent, after)
      inverse = inverse && back && [...back, ...inverse]
      edits.push({ operation: sent, before: shown, after })
      shown = after
    }
    const key = edits.length === 1 ? merge : undefined
    if (!queue.hasRoom(edits.length, key)) throw new Error('Too many changes are waiting for the server')
    for (const edit of edits) queue.add({ ...edit, merge: key })
    show(screen, shown, queue, history)
    return inverse ?? []
  }

  function goBack(from: 'undo' | 'redo'): void {
    if (screen.getState().isReadOnly) return
    for (let last = history[from].at(-1); last; last = history[from].at(-1)) {
      try {
        history = turned(history, from, run(last.operations))
        break
      } catch {
        // Its steps are gone, by somebody else or by a refusal, but the entry before it may still fit.
        history = withoutLast(history, from)
      }
    }
    publish()
  }

  return {
    publish,
    rename(names: ReadonlyMap<string, string>): void {
      history = renamedHistory(history, names)
    },
    /** Edits the draft: at once on screen, then in order at the server. All or nothing. @returns whether it fits */
    apply(operations: VersionOperation | readonly VersionOperation[], { merge }: ApplyOptions = {}): boolean {
      if (screen.getState().isReadOnly) return false
      const list = 'type' in operations ? [operations] : operations
      try {
        const inverse = run(list, merge)
        if (inverse.length > 0) history = remembered(history, inverse, merge)
        return true
      } catch (error) {
        for (const operation of list) showRefusal(screen, refusalOf(operation, error))
        return false
      } finally {
        publish(true)
      }
    },
    undo: () => goBack('undo'),
    redo: () => goBack('redo'),
    /** Applies what was refused over what others did, in its order. What does not fit stays refused. */
    insist(): void {
      const { refusals, isReadOnly } = screen.getState()
      if (isReadOnly) return
      screen.setState({ refusals: [] })
      for (const refusal of refusals) {
        try {
          const inverse = run([overOthers(refusal, screen.getState().version)])
          if (inverse.length > 0) history = remembered(history, inverse)
        } catch (error) {
          showRefusal(screen, { ...refusalOf(refusal.operation, error), seen: refusal.seen })
        }
      }
      publish()
    },
  }
}

/** @returns the refused operation, with the changes of others where its author changed nothing. */
function overOthers({ operation, seen }: Refusal, version: FlowVersion): VersionOperation {
  const sum = seen ? together(operation, seen, seenBy(operation, version)).operation : operation
  if (!isVersionOperation(sum)) throw new Error('It is not about the steps of the flow')
  return sum
}
