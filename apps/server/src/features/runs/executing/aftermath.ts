import { type FlowRunStatus, isTerminal } from '@piecework/model/run/status'
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
 * What follows once a pause or an end is recorded, however it came about: a parent that waits is told of the failure,
 * files that nobody needs go. Upkeep does again what fails here; it never rejects.
 */
export type Aftermath = (stopped: readonly StoppedRun[]) => Promise<void>

interface Parts {
  children: Children
  payloads: Pick<RunPayloads, 'remove'>
  wake(): void
  log: { warn(details: object, message: string): void }
}

export function createAftermath({ children, payloads, wake, log }: Parts): Aftermath {
  const attempt = async (runIds: readonly string[], work: (runIds: readonly string[]) => Promise<number>) => {
    if (runIds.length === 0) return
    try {
      if ((await work(runIds)) > 0) wake()
    } catch (err) {
      log.warn({ err, runIds }, 'what follows from a pause or an end is left to upkeep')
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
