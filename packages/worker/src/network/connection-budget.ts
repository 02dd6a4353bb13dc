import { descriptorLimit } from '../descriptor-limit.ts'

/** How many connections sandboxes may have to egress proxies; each takes two descriptors of this process. */
export interface ConnectionBudget {
  readonly total: number
  readonly perSandbox: number
  /** @returns whether there is room for one more */
  take(): boolean
  release(): void
}

const DESCRIPTORS_PER_CONNECTION = 2
/** The share of the process's file descriptors; most of the rest is for its callers. */
const SHARE = 0.25
const FEWEST = 16
const MOST = 4096
/** One sandbox leaves room for others. */
const SANDBOX_SHARE = 0.25

/** How many connections there may be, by the limit of open files. */
export const egressConnectionsFor = (limit: number): number =>
  Math.min(MOST, Math.max(FEWEST, Math.floor((limit * SHARE) / DESCRIPTORS_PER_CONNECTION)))

/** The descriptors that egress proxies may take, by the limit of open files. */
export const egressDescriptorsFor = (limit: number): number => egressConnectionsFor(limit) * DESCRIPTORS_PER_CONNECTION

export function createConnectionBudget(total = egressConnectionsFor(descriptorLimit())): ConnectionBudget {
  let taken = 0
  return {
    total,
    perSandbox: Math.max(1, Math.floor(total * SANDBOX_SHARE)),
    take() {
      if (taken >= total) return false
      taken++
      return true
    },
    release() {
      taken--
    },
  }
}
