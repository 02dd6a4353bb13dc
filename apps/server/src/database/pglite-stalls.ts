import { readFileSync } from 'node:fs'

/** Places in what the thread shares with its host. */
export const HEARTBEATS = 0
export const TID = 1

/** The state of the embedded database's thread at one moment, as far as others see it. */
export interface Heartbeat {
  /** Counts replies, reads and writes. */
  life: number
  /** Bytes that the statement under way was given; undefined when there is none. */
  bytes: number | undefined
  /** How long the thread has waited for a processor so far. */
  waitedMs: number
}

export type ThreadState = 'moves' | 'stalled' | 'stopped'

/** Time without a sign of life after which the thread counts as stalled, and as stopped. */
const STALLED_MS = 1400
const STOPPED_MS = 31_500
/** A large value takes its time without a read or a write. */
const BYTES_PER_MS = 5000

/**
 * Judges from signs that come every `lookMs` whether the thread moves. The time in which it waits for a processor does
 * not count, and a statement with a large value may take longer.
 */
export function createStallDetector(lookMs: number): (sign: Heartbeat) => ThreadState {
  let quietMs = 0
  let before: Heartbeat = { life: 0, bytes: undefined, waitedMs: 0 }
  return (sign) => {
    const { life, bytes, waitedMs } = sign
    if (bytes === undefined || life !== before.life) quietMs = 0
    else quietMs += Math.max(0, lookMs - (waitedMs - before.waitedMs))
    before = sign
    const granted = (bytes ?? 0) / BYTES_PER_MS
    if (quietMs < STALLED_MS + granted) return 'moves'
    if (quietMs < STOPPED_MS + granted) return 'stalled'
    quietMs = 0
    return 'stopped'
  }
}

/** How long a thread of this process has waited for a processor; 0 where the system does not say. */
export function waitedMsOf(tid: number): number {
  try {
    const [, waited] = readFileSync(`/proc/self/task/${tid}/schedstat`, 'utf8').split(' ')
    return Number(waited) / 1e6 || 0
  } catch {
    return 0
  }
}

/** The number that the system gives the thread that asks; 0 where it does not say. */
export function ownTid(): number {
  try {
    return Number(/^Pid:\s+(\d+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1]) || 0
  } catch {
    return 0
  }
}

/** Bytes of what a statement is given, as far as they are many. */
export function bytesOf(parameters: readonly unknown[]): number {
  let bytes = 0
  for (const value of parameters) {
    if (typeof value === 'string') bytes += value.length
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength
  }
  return bytes
}
