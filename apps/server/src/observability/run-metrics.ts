import { Counter, Histogram, Registry } from 'prom-client'
import { acceptedAt, type RunObserver } from './observer.ts'

export interface RunMetrics extends RunObserver {
  readonly registry: Registry
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600]

/** Counts the runs that end in this process. */
export function createRunMetrics(now: () => number = Date.now): RunMetrics {
  const registry = new Registry()
  const registers = [registry]
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: BOUNDS, registers })
  const runs = new Counter({
    name: 'piecework_runs_total',
    help: 'Runs that ended or paused, by status.',
    labelNames: ['status'],
    registers,
  })
  const steps = new Counter({ name: 'piecework_steps_total', help: 'Steps that ended.', registers })
  const waiting = histogram('piecework_run_wait_seconds', 'From acceptance to the start of a new run.')
  const running = histogram('piecework_run_duration_seconds', 'Time on a worker, per attempt.')
  const total = histogram('piecework_run_latency_seconds', 'From acceptance to the end of a new run.')
  return {
    registry,
    wantsSteps: () => false,
    started(run) {
      const startedAt = now()
      // Retries and resumed runs keep their id, whose time says nothing about them.
      const accepted = run.attempt === 1 && run.executionType === 'BEGIN' ? acceptedAt(run) : undefined
      if (accepted !== undefined) waiting.observe(Math.max(0, startedAt - accepted) / 1000)
      return {
        steps: (count) => steps.inc(count),
        ended({ status }) {
          const endedAt = now()
          runs.inc({ status })
          running.observe((endedAt - startedAt) / 1000)
          if (accepted !== undefined && status !== 'PAUSED') total.observe((endedAt - accepted) / 1000)
        },
      }
    },
  }
}
