import type { Ledger } from './ledger.ts'
import { isPassing } from './refusal.ts'
import type { Transport } from './types.ts'

/** Brings the ledger to what the server has: one reading at a time, again until the newest revision is there. */
export function createCatchUp(ledger: Ledger, transport: Transport) {
  let reading: Promise<void> | undefined
  /** The newest revision that was heard of. */
  let wanted = 0
  let isStopped = false

  /** Brings in what others did, by its records where they are kept. */
  async function readOn(): Promise<void> {
    const { resync, operations: records, revision } = await transport.since(ledger.head().revision)
    const fresh = records.filter((record) => record.revision > ledger.head().revision)
    if (!resync && fresh.length === 0) return
    let taken = 0
    for (const record of fresh) {
      if (!ledger.takeNext(record)) break
      taken++
    }
    const isThere = !resync && taken === fresh.length && ledger.head().revision >= revision
    if (!isThere) {
      ledger.accept(await transport.load())
      ledger.fallBehind()
      for (const record of fresh.slice(taken)) ledger.digest(record)
    }
    ledger.reconcile()
    ledger.changed()
  }

  async function readAll(): Promise<void> {
    for (let attempt = 1; !isStopped; ) {
      const before = ledger.head().revision
      try {
        await readOn()
        const { revision } = ledger.head()
        if (revision >= wanted || revision === before) return
      } catch (error) {
        if (!isPassing(error)) return
        await transport.wait(attempt++, error)
      }
    }
  }

  return {
    run(): Promise<void> {
      reading ??= readAll().finally(() => {
        reading = undefined
      })
      return reading
    },
    isRunning: () => reading !== undefined,
    /** Notes a revision that exists at the server. */
    want(revision: number): void {
      wanted = Math.max(wanted, revision)
    },
    stop(): void {
      isStopped = true
    },
  }
}
