import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { createEdits } from './edits.ts'
import type { QueueMemory } from './memory.ts'
import { createQueue } from './queue.ts'
import { createScreen, renameChosen, showRefusal } from './screen.ts'
import type { OpenFlow, Other, Transport, View } from './types.ts'

interface BuilderOptions {
  transport: Transport
  userId: string | null
  mayWrite?: boolean
  now?(): string
  /** Keeps the operations that wait for the server when the page goes. */
  memory?: QueueMemory
}

/** Everything of one open flow. Stands without a page; `BuilderProvider` gives it to components. */
export function createBuilder(
  flow: OpenFlow,
  { transport, userId, mayWrite = true, now, memory = NO_MEMORY }: BuilderOptions,
) {
  const context = () => ({ now: now?.() ?? new Date().toISOString(), userId })
  const store = createScreen(flow, mayWrite)
  const queue = createQueue(flow, {
    transport,
    context,
    onChange: publish,
    onRefused: (refusal) => showRefusal(store, refusal),
    onRenamed: rename,
    keep: memory.keep,
    kept: mayWrite ? memory.kept() : [],
  })
  const edits = createEdits(store, queue, context)
  publish()
  queue.start()

  function publish(isSame?: boolean): void {
    edits.publish(isSame)
  }

  function rename(names: ReadonlyMap<string, string>): void {
    edits.rename(names)
    renameChosen(store, names)
  }

  return {
    store,
    getState: store.getState,
    apply: edits.apply,
    /** Sends what is about the whole flow (publishing, its status, an import) after everything that waits. @throws when it is refused */
    async send(operation: FlowOperation): Promise<void> {
      const { version: shown } = store.getState()
      await new Promise<void>((resolve, reject) => {
        const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error))
        queue.add({ operation, before: shown, after: shown, settle })
        publish()
      })
    },
    undo: edits.undo,
    redo: edits.redo,
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
    insist: edits.insist,
    receive: queue.receive,
    catchUp: queue.catchUp,
    settled: queue.settled,
    stop: queue.stop,
  }
}

const NO_MEMORY: QueueMemory = { keep() {}, kept: () => [] }

export type Builder = ReturnType<typeof createBuilder>
