import type { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Dispatcher } from '../../dispatch/dispatcher.ts'
import { JOB_KINDS } from '../../queue/job.ts'
import type { OutboxState, QueueState } from './store.ts'

export const LOOP_RESOLUTION_MS = 20

export interface Timed {
  ok: boolean
  seconds: number
}

/** The state that the server reads for a scrape. */
export interface Seen {
  jobs: readonly QueueState[]
  outbox: readonly OutboxState[]
  load: ReturnType<Dispatcher['load']>
  dependencies: Readonly<Record<string, Timed>>
  loop: ReturnType<typeof monitorEventLoopDelay>
}

/** Metrics that say how things stand. @returns sets them all. */
export function createGauges(registry: Registry, release: string): (seen: Seen) => void {
  const registers = [registry]
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name, help, labelNames, registers })

  const jobsOf = gauge('piecework_queue_jobs', 'Jobs of the whole deployment, by kind and state.', ['kind', 'state'])
  const oldest = gauge('piecework_queue_oldest_seconds', 'Waiting time of the oldest job of a kind.', ['kind'])
  const outboxOf = gauge('piecework_outbox_events', 'Events on their way, and those that were given up.', [
    'subscriber',
    'state',
  ])
  const workers = gauge('piecework_workers', 'Workers attached to this app.')
  const slots = gauge('piecework_sandbox_slots', 'Largest number of sandboxes of those workers.')
  const busy = gauge('piecework_sandbox_busy', 'Sandboxes of those workers that are in use.')
  const dispatchWaiting = gauge('piecework_dispatch_waiting', 'Work in memory that waits for a sandbox.')
  const up = gauge('piecework_dependency_up', 'Whether the database and Redis respond.', ['dependency'])
  const latency = gauge('piecework_dependency_latency_seconds', 'Duration of one small query.', ['dependency'])
  const lag = gauge('piecework_event_loop_lag_seconds', 'Lag of the event loop since the last scrape.', ['quantile'])
  const rss = gauge('process_resident_memory_bytes', 'Resident memory.')
  const heap = gauge('nodejs_heap_used_bytes', 'Memory of JavaScript objects.')
  const external = gauge('nodejs_external_memory_bytes', 'Memory outside of the heap.')
  const processor = new Counter({ name: 'process_cpu_seconds_total', help: 'Processor time.', registers })
  gauge('process_start_time_seconds', 'Start time of the process.').set(Math.round(performance.timeOrigin / 1000))
  gauge('piecework_info', 'The release.', ['release', 'node']).set({ release, node: process.version }, 1)

  const setQueue = (states: readonly QueueState[]): void => {
    for (const kind of JOB_KINDS) {
      const found = states.find((state) => state.kind === kind)
      for (const state of ['waiting', 'active', 'delayed'] as const) jobsOf.set({ kind, state }, found?.[state] ?? 0)
      oldest.set({ kind }, Math.max(0, found?.oldestSeconds ?? 0))
    }
  }

  return ({ jobs, outbox, load, dependencies, loop }) => {
    setQueue(jobs)
    outboxOf.reset()
    for (const { subscriber, ...states } of outbox)
      for (const state of ['waiting', 'dead'] as const) outboxOf.set({ subscriber, state }, states[state])
    const sum = (of: 'slots' | 'busy') => load.links.reduce((total, link) => total + link[of], 0)
    workers.set(load.links.length)
    slots.set(sum('slots'))
    busy.set(sum('busy'))
    dispatchWaiting.set(load.waiting)
    for (const [dependency, { ok, seconds }] of Object.entries(dependencies)) {
      up.set({ dependency }, ok ? 1 : 0)
      latency.set({ dependency }, seconds)
    }
    const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1000) || 0
    lag.set({ quantile: '0.5' }, seconds(loop.percentile(50)))
    lag.set({ quantile: '0.99' }, seconds(loop.percentile(99)))
    lag.set({ quantile: '1' }, seconds(loop.max))
    const memory = process.memoryUsage()
    rss.set(memory.rss)
    heap.set(memory.heapUsed)
    external.set(memory.external)
    const { user, system } = process.cpuUsage()
    processor.reset()
    processor.inc((user + system) / 1e6)
  }
}
