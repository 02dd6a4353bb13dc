import { isOutage } from '../database/outage.ts'

/**
 * Collects items while a commit is under way and commits them together next: the work of one commit is shared
 * by all that came meanwhile, and a lone item waits for nobody. Items that nobody waits for may be added to be
 * written soon: they ride along with the next commit, or make one of their own after a short while.
 */
export interface GroupCommit<T> {
  /** Resolves when the item's commit is done; rejects with the error of that item, or of the whole commit. */
  add(item: T, urgency?: 'now' | 'soon'): Promise<void>
  /** Resolves when everything added so far is committed. */
  drain(): Promise<void>
}

interface Waiting<T> {
  item: T
  resolve(): void
  reject(error: unknown): void
}

function rejectAll<T>(entries: readonly Waiting<T>[], error: unknown): void {
  for (const { reject } of entries) reject(error)
}

/**
 * @param commit writes a batch; returns errors by index for items that were refused.
 * @param options `maxBatch`: items per commit at most; `soonMs`: how long a commit may be put off.
 */
export function createGroupCommit<T>(
  commit: (items: T[]) => Promise<Map<number, Error> | undefined>,
  { maxBatch, soonMs }: { maxBatch: number; soonMs: number },
): GroupCommit<T> {
  let waiting: Waiting<T>[] = []
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  /**
   * One item that cannot be written must not take the others of its batch with it. A database that is away takes
   * nothing, and was waited for: whatever came meanwhile has waited, too.
   */
  const settle = async (batch: Waiting<T>[]): Promise<void> => {
    try {
      const refused = await commit(batch.map(({ item }) => item))
      batch.forEach((entry, index) => {
        const error = refused?.get(index)
        if (error) entry.reject(error)
        else entry.resolve()
      })
    } catch (error) {
      if (isOutage(error)) rejectAll([...batch, ...waiting.splice(0)], error)
      else if (batch.length === 1) rejectAll(batch, error)
      else for (const entry of batch) await settle([entry])
    }
  }

  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch)
      waiting = waiting.slice(maxBatch)
      await settle(batch)
    }
    running = undefined
  }

  // A microtask later, so that items of the same tick share the first commit.
  const begin = () => {
    clearTimeout(timer)
    timer = undefined
    running ??= Promise.resolve().then(run)
  }

  return {
    add: (item, urgency = 'now') =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (urgency === 'now' || waiting.length >= maxBatch) begin()
        else if (!running) timer ??= setTimeout(begin, soonMs)
      }),
    drain: async () => {
      if (waiting.length > 0) begin()
      while (running) await running
    },
  }
}
