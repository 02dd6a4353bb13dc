import type { Logger } from 'pino'
import type { RunObserver } from './observer.ts'

/** Says of each attempt how it went, with its ids: what our side got wrong as a warning, the rest when debugging. */
export function createRunLog(log: Logger): RunObserver {
  return {
    wantsSteps: () => false,
    started({ runId, attempt, projectId, flowId, executionType }) {
      const begin = performance.now()
      return {
        steps() {},
        ended({ status, failedStep, stepsCount }) {
          const isOurs = status === 'INTERNAL_ERROR'
          if (!isOurs && !log.isLevelEnabled('debug')) return
          const own = log.child({ runId, attempt, projectId, flowId })
          const ms = Math.round(performance.now() - begin)
          const details = { status, executionType, stepsCount, ms, ...(failedStep ? { step: failedStep.name } : {}) }
          if (isOurs) own.warn({ ...details, reason: failedStep?.message }, 'a run failed through no fault of its flow')
          else own.debug(details, 'a run ended')
        },
      }
    },
  }
}
