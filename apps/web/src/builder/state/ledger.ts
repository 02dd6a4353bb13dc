import type { FlowVersion } from '@piecework/model/flow/flow'
import type { OperationContext } from '@piecework/model/flow/operations/operation'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { stepNames } from '@piecework/model/flow/walk'
import { afterRecord, collidingRecords, renamed } from './fold.ts'
import { addNames, madeBy, reconciled, type Waiting } from './reconcile.ts'
import { conflictOf } from './refusal.ts'
import type { FlowHead, OpenFlow, Refusal } from './types.ts'

export interface LedgerOptions {
  context(): OperationContext
  newId(): string
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

/**
 * The version of the server and the operations that wait for it, held against each other. Talks to nobody: the queue
 * sends, and tells the ledger what arrived.
 */
export function createLedger(
  flow: OpenFlow,
  { context, newId, onChange, onRefused, onRenamed, keep, kept }: LedgerOptions,
) {
  let head: FlowHead = headOf(flow)
  let version = flow.version
  let waiting: Waiting[] = [...kept]
  /** Operations of others that the waiting operations have not been compared with yet. */
  let unseen: FlowOperationRecord[] = []
  let isBehind = kept.length > 0
  /** Nothing but my own operations arrived at the server since the last change. */
  let isSame = false

  const remove = (id: string): void => {
    waiting = waiting.filter((entry) => entry.id !== id)
  }

  const refuse = (entry: Waiting, refusal: Refusal): void => {
    isSame = false
    remove(entry.id)
    if (entry.settle) entry.settle(new Error(refusal.reason))
    else onRefused(refusal)
  }

  /** After an operation of mine that the server has: copies may have got other names there. */
  const follow = (entry: Waiting, before: FlowVersion, after: FlowVersion): void => {
    remove(entry.id)
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

  return {
    head: () => head,
    version: () => version,
    waiting: (): readonly Waiting[] => waiting,
    /** Puts an operation at the end. */
    push: (entry: Waiting): void => void waiting.push(entry),
    remove,
    refuse,
    follow,
    digest,
    /** Takes what the server says the flow is, unless it is older than what is known. */
    accept(loaded: OpenFlow): void {
      if (loaded.revision < head.revision) return
      if (loaded.revision > head.revision + 1) isSame = false
      head = headOf(loaded)
      version = loaded.version
    },
    /** Notes that others did something that the waiting operations have not been compared with. */
    fallBehind(): void {
      isBehind = true
    },
    keep: () => keep(waiting),
    changed(): void {
      keep(waiting)
      onChange(isSame && waiting.length > 0)
      isSame = true
    },
    /**
     * Holds what waits against what others did, unless the server may have the first one already: then it is asked
     * first. @returns whether there was something to do
     */
    reconcile(): boolean {
      if (!isBehind || waiting[0]?.sentOver !== undefined) return false
      const records = unseen
      isBehind = false
      isSame = false
      unseen = []
      if (waiting.length === 0) return true
      const result = reconciled(waiting, version, context(), newId)
      waiting = result.waiting
      if (result.names.size > 0) onRenamed(result.names)
      for (const { entry, clashes } of result.refused)
        refuse(entry, conflictOf(entry, clashes, collidingRecords(entry.operation, records)))
      return true
    },
    /** @returns whether the record follows what is known, and can be applied here */
    takeNext(record: FlowOperationRecord): boolean {
      const before = version
      const next = record.revision === head.revision + 1 ? afterRecord(before, record) : undefined
      if (!next) return false
      version = next
      head = { ...head, revision: record.revision }
      digest(record, before)
      return true
    },
    /** Notes the revision that an operation is sent over. @returns whether it still waits */
    setOver(id: string, sentOver: number | undefined): boolean {
      const entry = waiting.find((other) => other.id === id)
      if (entry) entry.sentOver = sentOver
      return entry !== undefined
    },
    /** Gives an operation another id, so that the server takes it for another one. */
    renew(id: string): void {
      for (const entry of waiting) if (entry.id === id) entry.id = newId()
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>

function headOf({ version: _, ...head }: OpenFlow): FlowHead {
  return head
}
