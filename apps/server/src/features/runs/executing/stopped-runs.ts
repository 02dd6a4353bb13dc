import { isTerminal } from '@piecework/model/run/run-statuses'
import type { FlowRunStatus } from '@piecework/model/run/status'
import type { RunPayloads } from '../payloads.ts'
import type { Children } from '../waitpoints/children.ts'

/** A run that was recorded as paused or over, as far as others depend on it. */
export interface StoppedRun {
  id: string
  projectId: string
  status: FlowRunStatus
  parentWaitpointId: string | null
  /** Set when nobody needs it any more. */
  payloadFileId: string | null
}

/**
 * Does the work after the pause or the end of a run is recorded: a waiting parent hears of the failure, and files that
 * nobody needs go. Upkeep repeats steps that fail here. It never rejects.
 */
export type HandleStoppedRuns = (stopped: readonly StoppedRun[]) => Promise<void>

interface Parts {
  children: Children
  payloads: Pick<RunPayloads, 'remove'>
  wake(): void
  log: { warn(details: object, message: string): void }
}

export function createStoppedRunsHandler({ children, payloads, wake, log }: Parts): HandleStoppedRuns {
  const attempt = async (runIds: readonly string[], work: (runIds: readonly string[]) => Promise<number>) => {
    if (runIds.length === 0) return
    try {
      if ((await work(runIds)) > 0) wake()
    } catch (err) {
      log.warn({ err, runIds }, 'the work after a pause or an end is left to the upkeep')
    }
  }

  return async (stopped) => {
    const failed = stopped.filter(
      ({ status, parentWaitpointId }) => parentWaitpointId !== null && isTerminal(status) && status !== 'SUCCEEDED',
    )
    await attempt(idsOf(failed), children.failParents)
    for (const { id, projectId, payloadFileId } of stopped)
      if (payloadFileId !== null)
        await attempt([id], async () => {
          await payloads.remove(projectId, payloadFileId)
          return 0
        })
  }
}

const idsOf = (runs: readonly StoppedRun[]): string[] => runs.map(({ id }) => id)
