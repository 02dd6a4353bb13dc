import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import { type ChaosFlows, isKind, KINDS, type Kind } from './flows.ts'
import type { Sink } from './sink.ts'

/** The answers that the callers got. */
export interface Calls {
  tried: number
  /** Calls that were accepted. */
  accepted: Map<string, Kind>
  /** Synchronous calls that got a 200 with another body than the flow's answer. */
  wrong: string[]
  /** Calls that got another answer, or none: they may have run or not. By status, 0 for a broken connection. */
  failed: Map<number, number>
  stop(): Promise<void>
}

const CHOICES = Object.entries(KINDS).flatMap(([kind, { weight }]) =>
  weight > 0 && isKind(kind) && kind !== 'tick' ? [[weight, kind] as const] : [],
)
/** More would only make the queue longer, and the end later. */
const MAX_OUTSTANDING = 60
const PAUSE_MS = 150
const GIVE_UP_MS = 60_000

/** Calls the flows through every app, almost without a pause. */
export function startCallers({
  bases,
  each,
  flows,
  sink,
  random,
}: {
  bases: readonly string[]
  each: number
  flows: ChaosFlows['called']
  sink: Sink
  random: Random
}): Calls {
  const outstanding = new Map<string, string>()
  let alive = true
  const calls: Calls = {
    tried: 0,
    accepted: new Map(),
    wrong: [],
    failed: new Map(),
    stop: async () => {
      alive = false
      await Promise.all(callers)
    },
  }

  const isFull = (): boolean => {
    if (outstanding.size < MAX_OUTSTANDING) return false
    for (const [call, last] of outstanding) if (sink.has(call, last)) outstanding.delete(call)
    return outstanding.size >= MAX_OUTSTANDING
  }

  const once = async (base: string): Promise<void> => {
    const kind = random.pick(CHOICES)
    const call = `${kind}-${++calls.tried}`
    const fail = (status: number) => void calls.failed.set(status, (calls.failed.get(status) ?? 0) + 1)
    try {
      const response = await fetch(`${base}/v1/webhooks/${flows[kind]}${kind === 'sync' ? '/sync' : ''}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ call, items: [0, 1, 2] }),
        signal: AbortSignal.timeout(GIVE_UP_MS),
      })
      const text = await response.text()
      if (response.status !== 200) return fail(response.status)
      if (kind === 'sync' && text !== JSON.stringify({ call })) calls.wrong.push(`${call}: ${text}`)
      calls.accepted.set(call, kind)
      outstanding.set(call, KINDS[kind].order.at(-1) ?? '')
    } catch {
      fail(0)
    }
  }

  const caller = async (base: string): Promise<void> => {
    while (alive) {
      if (!isFull()) await once(base)
      await sleep(PAUSE_MS)
    }
  }
  const callers = bases.flatMap((base) => Array.from({ length: each }, () => caller(base)))
  return calls
}
