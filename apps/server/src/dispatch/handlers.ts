import type { JobKind } from '../queue/job.ts'
import type { JobHandler } from './work.ts'

/** Who carries out the jobs of each kind. */
export interface JobHandlers {
  readonly of: Record<JobKind, JobHandler>
  /** Features add theirs before work begins. */
  add(handlers: Partial<Record<JobKind, JobHandler>>): void
}

export function createJobHandlers(): JobHandlers {
  // The queue keeps what nobody carries out: its jobs come again when their leases run out.
  const nobody: JobHandler = async () => {
    throw new Error('No feature handles jobs of this kind')
  }
  const of: Record<JobKind, JobHandler> = {
    ...{ RUN: nobody, TRIGGER_EVENT: nobody, OPERATION: nobody },
    ...{ POLL: nobody, RENEW: nobody, SYSTEM: nobody },
  }
  return { of, add: (handlers) => void Object.assign(of, handlers) }
}
