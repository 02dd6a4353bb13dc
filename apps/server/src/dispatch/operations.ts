import type { EngineResult } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { TaskSchema } from '@piecework/worker/task'
import { z } from 'zod'
import type { ClaimedJob } from '../queue/job.ts'
import { PRIORITY } from '../queue/job.ts'
import type { Dispatcher } from './dispatcher.ts'
import { stoppingError } from './lane.ts'
import type { Placements } from './placements.ts'
import type { Running, WorkerLink, WorkItem } from './work.ts'

/** One engine operation that is not a run: a trigger hook, a dropdown, a check of credentials. */
export const OperationRequestSchema = TaskSchema.extend({
  /** The further time that the worker may need before, to install a piece for example. */
  preparationMs: z.number().optional(),
})
export type OperationRequest = z.infer<typeof OperationRequestSchema>

/** The approximate size of a request in memory: all but a payload is small. */
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

/** The worker was lost or stopped with the operation: nobody knows how far it came, and it is not to blame. */
export class LostOperationError extends AppError {
  constructor(message: string) {
    super('ENGINE_OPERATION_FAILURE', { message })
  }
}

/**
 * Runs an operation on a link.
 * @throws AppError ENGINE_OPERATION_FAILURE when it does not come to a result, GivenBackError when it did not begin,
 * LostOperationError when it was lost with its worker.
 */
export async function runOperation(link: WorkerLink, request: OperationRequest): Promise<EngineResult> {
  const { outcome } = link.execute(request, SILENT)
  const ended = await outcome
  if (ended.kind === 'RESULT' && ended.message.result.type !== 'FAILED') return ended.message.result
  if (ended.kind === 'GIVEN_BACK') throw new GivenBackError(ended.message, ended.retryAfterMs)
  const message = failureMessage(ended, request.timeoutMs)
  if (ended.kind === 'CANCELED' || (ended.kind === 'LOST' && !ended.inFlight)) throw new LostOperationError(message)
  throw new AppError('ENGINE_OPERATION_FAILURE', { message })
}

function failureMessage(ended: Awaited<ReturnType<WorkerLink['execute']>['outcome']>, timeoutMs: number): string {
  if (ended.kind === 'TIMEOUT') return `The piece did not answer within ${timeoutMs / 1000} seconds.`
  if (ended.kind === 'MEMORY_LIMIT_EXCEEDED') return 'The piece needed more memory than the sandbox may have.'
  if (ended.kind === 'CRASHED') return ended.message
  if (ended.kind === 'RESULT' && ended.message.result.type === 'FAILED') return ended.message.result.error
  if (ended.kind === 'LOST') return ended.inFlight && ended.message ? `${ended.message}.` : 'The worker was lost.'
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
        refuse: () => reject(stoppingError()),
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
