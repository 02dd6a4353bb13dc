import type { FlowVersion } from '@piecework/model/flow/flow'
import type { OperationContext } from '@piecework/model/flow/operations/operation'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { stepNames } from '@piecework/model/flow/walk'
import { afterRecord, collidingRecords, renamed } from './fold.ts'
import { addNames, madeBy, reconciled, type Waiting } from './reconcile.ts'
import { conflictOf, isPassing, refusalOf } from './refusal.ts'
import { seenBy } from './seen.ts'
import type { Answer, FlowHead, OpenFlow, Refusal, Transport } from './types.ts'

export interface QueueOptions {
  transport: Transport
  context(): OperationContext
  /** After every change of what is known or waiting. @param isSame whether both together give the same flow as before */
  onChange(isSame: boolean): void
  onRefused(refusal: Refusal): void
  /** Steps got other names, because somebody else took theirs. */
  onRenamed(names: ReadonlyMap<string, string>): void
  /** Keeps what waits, so that it survives the page. */
  keep(waiting: readonly Waiting[]): void
  /** The operations that waited when the page was left. */
  kept: readonly Waiting[]
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
export function createQueue(
  flow: OpenFlow,
  { transport, context, onChange, onRefused, onRenamed, keep, kept }: QueueOptions,
) {
  let head: FlowHead = headOf(flow)
  let version = flow.version
  let waiting: Waiting[] = [...kept]
  /** Operations of others that the waiting operations have not been compared with yet. */
  let unseen: FlowOperationRecord[] = []
  let isBehind = kept.length > 0
  /** Nothing but my own operations arrived at the server since the last change. */
  let isSame = false
  let isOffline = false
  let isPumping = false
  let catching: Promise<void> | undefined
  /** The newest revision that was heard of. */
  let wanted = 0
  let isStopped = false
  const idle = new Set<() => void>()

  const accept = (loaded: OpenFlow): void => {
    if (loaded.revision < head.revision) return
    if (loaded.revision > head.revision + 1) isSame = false
    head = headOf(loaded)
    version = loaded.version
  }

  const changed = (): void => {
    keep(waiting)
    onChange(isSame && waiting.length > 0)
    isSame = true
  }

  const refuse = (entry: Waiting, refusal: Refusal): void => {
    isSame = false
    waiting = waiting.filter(({ id }) => id !== entry.id)
    if (entry.settle) entry.settle(new Error(refusal.reason))
    else onRefused(refusal)
  }

  /**
   * Holds what waits against what others did, unless the server may have the first one already: then it is asked first.
   * @returns whether there was something to do
   */
  const reconcile = (): boolean => {
    if (!isBehind || waiting[0]?.sentOver !== undefined) return false
    const records = unseen
    isBehind = false
    isSame = false
    unseen = []
    if (waiting.length === 0) return true
    const result = reconciled(waiting, version, context(), transport.newId)
    waiting = result.waiting
    if (result.names.size > 0) onRenamed(result.names)
    for (const { entry, clashes } of result.refused)
      refuse(entry, conflictOf(entry, clashes, collidingRecords(entry.operation, records)))
    return true
  }

  /** After an operation of mine that the server has: copies may have got other names there. */
  const follow = (entry: Waiting, before: FlowVersion, after: FlowVersion): void => {
    waiting = waiting.filter(({ id }) => id !== entry.id)
    const names = new Map<string, string>()
    addNames(names, entry.makes, madeBy(entry.operation, stepNames(before.trigger), after))
    if (names.size === 0) return
    isSame = false
    waiting = waiting.map((other) => ({ ...other, operation: renamed(other.operation, names) }))
    onRenamed(names)
  }

  /** Takes in a record whose effect is in the version now. @param before the version without it, if it is known */
  const digest = (record: FlowOperationRecord, before = version): void => {
    const mine = waiting.find(({ id }) => id === record.clientOperationId)
    if (!mine) {
      isBehind = true
      isSame = false
      unseen.push(record)
    } else if (!mine.settle) follow(mine, before, version)
    // Who waits for an answer gets it from the answer: an operation such as publishing has several records.
  }

  /** Brings in what others did, by its records where they are kept. */
  async function readOn(): Promise<void> {
    const { resync, operations: records, revision } = await transport.since(head.revision)
    const fresh = records.filter((record) => record.revision > head.revision)
    if (!resync && fresh.length === 0) return
    let taken = 0
    for (const record of fresh) {
      if (!takeNext(record)) break
      taken++
    }
    const isThere = !resync && taken === fresh.length && head.revision >= revision
    if (!isThere) {
      accept(await transport.load())
      isBehind = true
      for (const record of fresh.slice(taken)) digest(record)
    }
    reconcile()
    changed()
  }

  /** @returns whether it follows what is known, and can be applied here */
  function takeNext(record: FlowOperationRecord): boolean {
    const before = version
    const next = record.revision === head.revision + 1 ? afterRecord(before, record) : undefined
    if (!next) return false
    version = next
    head = { ...head, revision: record.revision }
    digest(record, before)
    return true
  }

  async function readAll(): Promise<void> {
    for (let attempt = 1; !isStopped; ) {
      const before = head.revision
      try {
        await readOn()
        if (head.revision >= wanted || head.revision === before) return
      } catch (error) {
        if (!isPassing(error)) return
        await transport.wait(attempt++, error)
      }
    }
  }

  function catchUp(): Promise<void> {
    catching ??= readAll().finally(() => {
      catching = undefined
    })
    return catching
  }

  /** @returns whether it still waits */
  function setOver(id: string, sentOver: number | undefined): boolean {
    const entry = waiting.find((other) => other.id === id)
    if (entry) entry.sentOver = sentOver
    return entry !== undefined
  }

  function rename(id: string): void {
    for (const entry of waiting) if (entry.id === id) entry.id = transport.newId()
  }

  async function sendFirst(entry: Waiting): Promise<void> {
    const { id, operation } = entry
    // Sent again, it is over the revision of the first time: what others did since is not seen by its author.
    const baseRevision = entry.sentOver ?? head.revision
    setOver(id, baseRevision)
    keep(waiting)
    try {
      const answer = await transport.send(operation, { clientOperationId: id, baseRevision })
      await arrived(entry, answer)
    } catch (error) {
      if (isPassing(error)) throw error
      // It may have been known meanwhile that the server has it.
      if (!setOver(id, undefined)) return
      const refusal = refusalOf(operation, error)
      if (refusal.code === 'FLOW_OPERATION_CONFLICT') {
        await catchUp()
        // Catching up may have changed or removed the operation that the server refused.
        if (head.revision > baseRevision) return rename(id)
      }
      refuse(entry, refusal)
      isBehind = true
    }
  }

  async function arrived(entry: Waiting, answer: Answer): Promise<void> {
    // Others were first: their records say who.
    if (answer.revision > head.revision + 1) {
      wanted = Math.max(wanted, answer.revision)
      isBehind = true
      await catchUp()
    }
    const before = version
    const isNext = answer.revision === head.revision + 1
    accept(answer)
    if (isNext) follow(entry, before, version)
    waiting = waiting.filter(({ id }) => id !== entry.id)
    entry.settle?.()
  }

  async function pump(): Promise<void> {
    if (isPumping) return
    isPumping = true
    let attempt = 0
    while (!isStopped) {
      if (reconcile()) changed()
      const first = waiting[0]
      if (!first) break
      if (first.merge !== undefined && waiting.length === 1 && attempt === 0) await transport.pause()
      const entry = waiting[0]
      if (!entry) break
      try {
        await sendFirst(entry)
        attempt = 0
        isOffline = false
      } catch (error) {
        attempt++
        isOffline = true
        changed()
        await transport.wait(attempt, error)
      }
      changed()
    }
    isPumping = false
    for (const done of idle) done()
    idle.clear()
  }

  const isMore = (merge: string | undefined): boolean => {
    const last = waiting.at(-1)
    return merge !== undefined && last?.merge === merge && last.sentOver === undefined
  }

  if (waiting.length > 0) void pump()

  return {
    head: () => head,
    version: () => version,
    operations: (): FlowOperation[] => waiting.map(({ operation }) => operation),
    count: () => waiting.length,
    isOffline: () => isOffline,
    /** Whether so many more can wait. */
    hasRoom: (count: number, merge?: string): boolean =>
      waiting.length + count <= MOST_WAITING || (count === 1 && isMore(merge)),
    /** Puts an operation at the end; with a merge key, in place of the last one with the same key that was not sent. */
    add({ operation, before, after, merge, settle }: Edit): void {
      const last = waiting.at(-1)
      if (last && isMore(merge)) last.operation = operation
      else {
        const makes = madeBy(operation, stepNames(before.trigger), after)
        waiting.push({ id: transport.newId(), operation, seen: seenBy(operation, before), makes, merge, settle })
      }
      keep(waiting)
      void pump()
    },
    /** A record of an operation that was saved, of anybody. */
    receive(record: FlowOperationRecord): void {
      if (record.flowId !== head.id || record.revision <= head.revision) return
      wanted = Math.max(wanted, record.revision)
      if (catching || !takeNext(record)) return void catchUp()
      reconcile()
      changed()
    },
    catchUp,
    /** Resolves when nothing is waiting. */
    settled: (): Promise<void> =>
      waiting.length === 0 && !isPumping ? Promise.resolve() : new Promise((done) => idle.add(done)),
    stop(): void {
      isStopped = true
    },
  }
}

function headOf({ version: _, ...head }: OpenFlow): FlowHead {
  return head
}
