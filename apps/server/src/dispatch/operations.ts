import type { EngineResult } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { PieceRef, TaskOperation, VersionRef } from '@piecework/worker/task'
import type { ClaimedJob } from '../queue/job.ts'
import { PRIORITY } from '../queue/job.ts'
import type { Dispatcher } from './dispatcher.ts'
import { stopsBefore } from './lane.ts'
import type { Placements } from './placements.ts'
import type { Running, WorkerLink, WorkItem } from './work.ts'

/** One engine operation that is not a run: a trigger hook, a dropdown, a check of credentials. */
export interface OperationRequest {
  operation: TaskOperation
  version?: VersionRef
  piece?: PieceRef
  timeoutMs: number
  /** What the worker may need beforehand, beside that: to install a piece, for example. */
  preparationMs?: number
  /** It may be given back when something that it needs has to be installed first. */
  mayWait?: boolean
}

/** What a request holds in memory, about: all but a payload is small. */
export const bytesOf = ({ operation }: OperationRequest): number =>
  'payload' in operation && typeof operation.payload === 'string' ? operation.payload.length : 0

const SILENT = { journal: async () => {}, respond: () => {}, progress: () => {} }

/** The worker could not begin the operation at the moment, for no fault of it. */
export class GivenBackError extends AppError {
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number) {
    super('ENGINE_OPERATION_FAILURE', { message })
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * Runs an operation on a link.
 * @throws AppError ENGINE_OPERATION_FAILURE when it does not come to a result, GivenBackError when it did not begin.
 */
export async function runOperation(link: WorkerLink, request: OperationRequest): Promise<EngineResult> {
  const { outcome } = link.execute(request, SILENT)
  const ended = await outcome
  if (ended.kind === 'RESULT' && ended.message.result.type !== 'FAILED') return ended.message.result
  if (ended.kind === 'GIVEN_BACK') throw new GivenBackError(ended.message, ended.retryAfterMs)
  throw new AppError('ENGINE_OPERATION_FAILURE', { message: failureMessage(ended, request.timeoutMs) })
}

function failureMessage(ended: Awaited<ReturnType<WorkerLink['execute']>['outcome']>, timeoutMs: number): string {
  if (ended.kind === 'TIMEOUT') return `The piece did not answer within ${timeoutMs / 1000} seconds.`
  if (ended.kind === 'MEMORY_LIMIT_EXCEEDED') return 'The piece needed more memory than the sandbox may have.'
  if (ended.kind === 'CRASHED') return ended.message
  if (ended.kind === 'RESULT' && ended.message.result.type === 'FAILED') return ended.message.result.error
  if (ended.kind === 'LOST') return 'The worker was lost.'
  return 'The operation was canceled.'
}

/**
 * Operations whose caller waits: they go before everything else.
 * @param ask has them done elsewhere, for want of workers here.
 */
export function createInteractive(
  dispatcher: Pick<Dispatcher, 'lane'>,
  placements: Placements,
  ask: (request: OperationRequest) => Promise<EngineResult>,
) {
  return async (request: OperationRequest): Promise<EngineResult> => {
    const { group } = await placements.of(request.operation.projectId)
    const lane = dispatcher.lane(group)
    if (!lane?.hasWorkers) return ask(request)
    return new Promise((resolve, reject) => {
      const item: WorkItem = {
        id: newId(),
        projectId: request.operation.projectId,
        priority: PRIORITY.critical,
        leased: false,
        bucket: null,
        bytes: bytesOf(request),
        start: (link) => simple(runOperation(link, request).then(resolve, reject)),
        refuse: () => reject(stopsBefore()),
      }
      try {
        lane.submit(item)
      } catch (error) {
        reject(error)
      }
    })
  }
}

export type Interactive = ReturnType<typeof createInteractive>

/** Work for a job whose handling is one asynchronous function; its errors are the handler's to deal with. */
export function jobItem(job: ClaimedJob, work: (link: WorkerLink) => Promise<void>): WorkItem {
  return {
    id: job.id,
    projectId: job.projectId,
    priority: job.priority,
    leased: true,
    bucket: job.bucket,
    start: (link) => simple(work(link)),
  }
}

/** Work that is done when its worker is. */
const simple = (done: Promise<void>): Running => ({ left: done, done, cancel: () => {} })
