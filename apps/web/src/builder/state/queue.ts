import type { FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { stepNames } from '@piecework/model/flow/walk'
import { createCatchUp } from './catch-up.ts'
import { createLedger, type Ledger, type LedgerOptions } from './ledger.ts'
import { madeBy, type Waiting } from './reconcile.ts'
import { isPassing, refusalOf } from './refusal.ts'
import { seenBy } from './seen.ts'
import type { Answer, OpenFlow, Transport } from './types.ts'

interface QueueOptions extends Omit<LedgerOptions, 'newId'> {
  transport: Transport
}

/** An edit as its author sees it. */
interface Edit {
  operation: FlowOperation
  /** The flow on screen, before and after it. */
  before: FlowVersion
  after: FlowVersion
  merge?: string | undefined
  settle?: ((error?: unknown) => void) | undefined
}

/** Operations may wait up to this many, offline, before no more are taken. */
export const MOST_WAITING = 2000

/**
 * Holds the version of the server, and the operations on their way to it: one at a time, in order, each once.
 * Operations of others go under the waiting ones, which are merged with them. The queue refuses a waiting operation
 * that would replace a value its author has not seen, as the server would.
 */
export function createQueue(flow: OpenFlow, { transport, ...options }: QueueOptions) {
  const ledger = createLedger(flow, { ...options, newId: transport.newId })
  const catchUp = createCatchUp(ledger, transport)
  const sender = createSender(ledger, catchUp, transport)

  const isMore = (merge: string | undefined): boolean => {
    const last = ledger.waiting().at(-1)
    return merge !== undefined && last?.merge === merge && last.sentOver === undefined
  }

  return {
    /** Sends what waited when the page was left. Not before its owner can hear what comes of it. */
    start(): void {
      if (ledger.waiting().length > 0) void sender.run()
    },
    head: ledger.head,
    version: ledger.version,
    operations: (): FlowOperation[] => ledger.waiting().map(({ operation }) => operation),
    count: () => ledger.waiting().length,
    isOffline: sender.isOffline,
    /** Whether so many more can wait. */
    hasRoom: (count: number, merge?: string): boolean =>
      ledger.waiting().length + count <= MOST_WAITING || (count === 1 && isMore(merge)),
    /** Puts an operation at the end; with a merge key, in place of the last one with the same key that was not sent. */
    add({ operation, before, after, merge, settle }: Edit): void {
      const last = ledger.waiting().at(-1)
      if (last && isMore(merge)) last.operation = operation
      else {
        const makes = madeBy(operation, stepNames(before.trigger), after)
        ledger.push({ id: transport.newId(), operation, seen: seenBy(operation, before), makes, merge, settle })
      }
      ledger.keep()
      void sender.run()
    },
    /** A record of an operation that was saved, of anybody. */
    receive(record: FlowOperationRecord): void {
      const { id, revision } = ledger.head()
      if (record.flowId !== id || record.revision <= revision) return
      catchUp.want(record.revision)
      if (catchUp.isRunning() || !ledger.takeNext(record)) return void catchUp.run()
      ledger.reconcile()
      ledger.changed()
    },
    catchUp: catchUp.run,
    /** Resolves when nothing is waiting. */
    settled: sender.settled,
    stop(): void {
      catchUp.stop()
      sender.stop()
    },
  }
}

export type Queue = ReturnType<typeof createQueue>

/** Sends what waits, one after the other, until nothing waits. */
function createSender(ledger: Ledger, catchUp: ReturnType<typeof createCatchUp>, transport: Transport) {
  let isOffline = false
  let isPumping = false
  let isStopped = false
  const idle = new Set<() => void>()

  async function sendFirst(entry: Waiting): Promise<void> {
    const { id, operation } = entry
    // Sent again, it is over the revision of the first time: what others did since is not seen by its author.
    const baseRevision = entry.sentOver ?? ledger.head().revision
    ledger.setOver(id, baseRevision)
    ledger.keep()
    try {
      const answer = await transport.send(operation, { clientOperationId: id, baseRevision })
      await arrived(entry, answer)
    } catch (error) {
      if (isPassing(error)) throw error
      // It may have been known meanwhile that the server has it.
      if (!ledger.setOver(id, undefined)) return
      const refusal = refusalOf(operation, error)
      if (refusal.code === 'FLOW_OPERATION_CONFLICT') {
        await catchUp.run()
        // Catching up may have changed or removed the operation that the server refused.
        if (ledger.head().revision > baseRevision) return ledger.renew(id)
      }
      ledger.refuse(entry, refusal)
      ledger.fallBehind()
    }
  }

  async function arrived(entry: Waiting, answer: Answer): Promise<void> {
    // Others were first: their records say who.
    if (answer.revision > ledger.head().revision + 1) {
      catchUp.want(answer.revision)
      ledger.fallBehind()
      await catchUp.run()
    }
    const before = ledger.version()
    const isNext = answer.revision === ledger.head().revision + 1
    ledger.accept(answer)
    if (isNext) ledger.follow(entry, before, ledger.version())
    ledger.remove(entry.id)
    entry.settle?.()
  }

  async function run(): Promise<void> {
    if (isPumping) return
    isPumping = true
    let attempt = 0
    while (!isStopped) {
      if (ledger.reconcile()) ledger.changed()
      const first = ledger.waiting()[0]
      if (!first) break
      if (first.merge !== undefined && ledger.waiting().length === 1 && attempt === 0) await transport.pause()
      const entry = ledger.waiting()[0]
      if (!entry) break
      try {
        await sendFirst(entry)
        attempt = 0
        isOffline = false
      } catch (error) {
        attempt++
        isOffline = true
        ledger.changed()
        await transport.wait(attempt, error)
      }
      ledger.changed()
    }
    isPumping = false
    for (const done of idle) done()
    idle.clear()
  }

  return {
    run,
    isOffline: () => isOffline,
    settled: (): Promise<void> =>
      ledger.waiting().length === 0 && !isPumping ? Promise.resolve() : new Promise((done) => idle.add(done)),
    stop(): void {
      isStopped = true
    },
  }
}
