import { createCounter, createHistogram } from './exposition.ts'
import { acceptedAt, type RunObserver } from './observer.ts'

export interface RunMetrics extends RunObserver {
  text(): string
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600]

/** Counts the runs that end in this process. */
export function createRunMetrics(now: () => number = Date.now): RunMetrics {
  const runs = createCounter('piecework_runs_total', 'Runs that ended or paused, by status.')
  const steps = createCounter('piecework_steps_total', 'Steps that ended.')
  const waiting = createHistogram('piecework_run_wait_seconds', 'From acceptance to the start of a new run.', BOUNDS)
  const running = createHistogram('piecework_run_duration_seconds', 'Time on a worker, per attempt.', BOUNDS)
  const total = createHistogram('piecework_run_latency_seconds', 'From acceptance to the end of a new run.', BOUNDS)
  return {
    started(run) {
      const startedAt = now()
      // Retries and resumed runs keep their id, whose time says nothing about them.
      const accepted = run.attempt === 1 && run.executionType === 'BEGIN' ? acceptedAt(run) : undefined
      if (accepted !== undefined) waiting.observe(Math.max(0, startedAt - accepted) / 1000)
      return {
        steps: (entries) => steps.add({}, entries.length),
        ended({ status }) {
          const endedAt = now()
          runs.add({ status })
          running.observe((endedAt - startedAt) / 1000)
          if (accepted !== undefined && status !== 'PAUSED') total.observe((endedAt - accepted) / 1000)
        },
      }
    },
    text: () => [runs, steps, waiting, running, total].map((metric) => metric.text()).join(''),
  }
}
