import type { FlowVersion } from '@piecework/model/flow/flow'
import { inverseOf } from '@piecework/model/flow/inverse'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import {
  type FlowOperation,
  isVersionOperation,
  type VersionOperation,
} from '@piecework/model/flow/operations/registry'
import { stepNames } from '@piecework/model/flow/walk'
import { createStore } from 'zustand/vanilla'
import { applied, folded, judged } from './fold.ts'
import { type History, NO_HISTORY, remembered, renamedHistory, turned, withoutLast } from './history.ts'
import type { QueueMemory } from './memory.ts'
import { createQueue, MOST_WAITING } from './queue.ts'
import { refusalOf } from './refusal.ts'
import { seenBy, together } from './seen.ts'
import type { FlowHead, OpenFlow, Other, Refusal, SaveState, Transport, View } from './types.ts'

export interface BuilderState {
  flow: FlowHead
  /** The draft with everything that waits for the server. */
  version: FlowVersion
  /** The names of the chosen steps. */
  selection: readonly string[]
  openStep: string | null
  view: View
  /** Nothing can be edited: no permission, an older version, a run. */
  isReadOnly: boolean
  save: SaveState
  /** Operations that were not applied, newest last, until they are dismissed. */
  refusals: readonly Refusal[]
  canUndo: boolean
  canRedo: boolean
  /** Who else has the flow open. */
  others: readonly Other[]
}

interface BuilderOptions {
  transport: Transport
  userId: string | null
  mayWrite?: boolean
  now?(): string
  /** Keeps the operations that wait for the server when the page goes. */
  memory?: QueueMemory
}

interface ApplyOptions {
  /** Edits with the same key that follow each other are one: `step_1.input.url` while somebody types. */
  merge?: string
}

/** Everything of one open flow. Stands without a page; `BuilderProvider` gives it to components. */
export function createBuilder(
  flow: OpenFlow,
  { transport, userId, mayWrite = true, now, memory = NO_MEMORY }: BuilderOptions,
) {
  const context = () => ({ now: now?.() ?? new Date().toISOString(), userId })
  let history: History = NO_HISTORY
  const { version, ...head } = flow
  const store = createStore<BuilderState>(() => ({
    flow: head,
    version,
    selection: [],
    openStep: null,
    view: 'draft',
    isReadOnly: !mayWrite,
    save: { kind: 'saved' },
    refusals: [],
    canUndo: false,
    canRedo: false,
    others: [],
  }))

  const queue = createQueue(flow, {
    transport,
    context,
    onChange: publish,
    onRefused: tellRefusal,
    onRenamed: rename,
    keep: memory.keep,
    kept: mayWrite ? memory.kept() : [],
  })
  publish()

  function tellRefusal(refusal: Refusal): void {
    store.setState(({ refusals }) => ({ refusals: [...refusals, refusal].slice(-MOST_WAITING) }))
  }

  function rename(names: ReadonlyMap<string, string>): void {
    history = renamedHistory(history, names)
    store.setState(({ selection, openStep }) => ({
      selection: selection.map((name) => names.get(name) ?? name),
      openStep: openStep === null ? null : (names.get(openStep) ?? openStep),
    }))
  }

  /** @param isSame whether the flow on screen is as before */
  function publish(isSame = false): void {
    show(isSame ? store.getState().version : folded(queue.version(), queue.operations(), context()))
  }

  function show(shown: FlowVersion): void {
    const names = stepNames(shown.trigger)
    store.setState(({ selection, openStep, refusals }) => ({
      flow: queue.head(),
      version: shown,
      save: saveState(refusals),
      selection: selection.every((name) => names.has(name)) ? selection : selection.filter((name) => names.has(name)),
      openStep: openStep !== null && names.has(openStep) ? openStep : null,
      canUndo: history.undo.length > 0,
      canRedo: history.redo.length > 0,
    }))
  }

  function saveState(refusals: readonly Refusal[]): SaveState {
    const count = queue.count()
    if (count > 0) return queue.isOffline() ? { kind: 'waiting', count } : { kind: 'saving' }
    const last = refusals.at(-1)
    return last
      ? { kind: 'failed', reason: last.reason, stepName: last.stepName, field: last.field }
      : { kind: 'saved' }
  }

  /** Applies operations one after the other. @returns what undoes them @throws AppError when one does not fit */
  function run(operations: readonly VersionOperation[], merge?: string): VersionOperation[] {
    let shown = store.getState().version
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
    show(shown)
    return inverse ?? []
  }

  function goBack(from: 'undo' | 'redo'): void {
    if (store.getState().isReadOnly) return
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
    store,
    getState: store.getState,
    /** Edits the draft: at once on screen, then in order at the server. All or nothing. @returns whether it fits */
    apply(operations: VersionOperation | readonly VersionOperation[], { merge }: ApplyOptions = {}): boolean {
      if (store.getState().isReadOnly) return false
      const list = 'type' in operations ? [operations] : operations
      try {
        const inverse = run(list, merge)
        if (inverse.length > 0) history = remembered(history, inverse, merge)
        return true
      } catch (error) {
        for (const operation of list) tellRefusal(refusalOf(operation, error))
        return false
      } finally {
        publish(true)
      }
    },
    /** Sends what is about the whole flow (publishing, its status, an import) after everything that waits. @throws when it is refused */
    async send(operation: FlowOperation): Promise<void> {
      const { version: shown } = store.getState()
      await new Promise<void>((resolve, reject) => {
        const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error))
        queue.add({ operation, before: shown, after: shown, settle })
        publish()
      })
    },
    undo: () => goBack('undo'),
    redo: () => goBack('redo'),
    select: (selection: readonly string[]) => store.setState({ selection }),
    /** Opens the settings of a step, or closes them. */
    open: (openStep: string | null) =>
      store.setState(openStep === null ? { openStep } : { openStep, selection: [openStep] }),
    show: (view: View) => store.setState({ view, isReadOnly: view !== 'draft' || !mayWrite }),
    setOthers: (others: readonly Other[]) => store.setState({ others }),
    dismissRefusals() {
      store.setState({ refusals: [] })
      publish()
    },
    /** Applies what was refused over what others did, in its order. What does not fit stays refused. */
    insist(): void {
      const { refusals, isReadOnly } = store.getState()
      if (isReadOnly) return
      store.setState({ refusals: [] })
      for (const refusal of refusals) {
        try {
          const inverse = run([overOthers(refusal, store.getState().version)])
          if (inverse.length > 0) history = remembered(history, inverse)
        } catch (error) {
          tellRefusal({ ...refusalOf(refusal.operation, error), seen: refusal.seen })
        }
      }
      publish()
    },
    receive: (record: FlowOperationRecord) => queue.receive(record),
    catchUp: () => queue.catchUp(),
    settled: () => queue.settled(),
    stop: () => queue.stop(),
  }
}

/** @returns the refused operation, with the changes of others where its author changed nothing. */
function overOthers({ operation, seen }: Refusal, version: FlowVersion): VersionOperation {
  const sum = seen ? together(operation, seen, seenBy(operation, version)).operation : operation
  if (!isVersionOperation(sum)) throw new Error('It is not about the steps of the flow')
  return sum
}

const NO_MEMORY: QueueMemory = { keep() {}, kept: () => [] }

export type Builder = ReturnType<typeof createBuilder>
