import type { EngineResult } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { EngineResultSchema } from '@piecework/worker/channel/results'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Bus } from '../bus/bus.ts'
import type { Message } from '../bus/topics.ts'
import { type ClaimedJob, PRIORITY } from '../queue/job.ts'
import type { Queue } from '../queue/queue.ts'
import { jobItem, type OperationRequest, runOperation } from './operations.ts'
import type { JobHandler } from './work.ts'

/** Operations for callers of an app without workers: through the queue, answered over the bus. */
export interface OperationRelay {
  /** @throws AppError ENGINE_OPERATION_FAILURE when it does not come to a result, or nobody takes it in time. */
  ask(request: OperationRequest): Promise<EngineResult>
  /** Handles OPERATION jobs. */
  handler: JobHandler
}

interface Parts {
  queue: Queue
  owner: string
  bus: Bus
  wake(jobs: { projectId: string; priority: number }): void
  log: Logger
}

/** How long an operation may wait for a free worker, beside its own time. */
const PICK_UP_MS = 60_000

const Relayed = z.object({
  replyTo: z.string(),
  until: z.number(),
  // Written by an app of this deployment, a moment ago.
  request: z.custom<OperationRequest>((value) => typeof value === 'object' && value !== null && 'operation' in value),
})

export function createOperationRelay({ queue, owner, bus, wake, log }: Parts): OperationRelay {
  const waiting = new Map<string, (reply: Message<'OPERATION_REPLY'>) => void>()
  bus.on('OPERATION_REPLY', (reply) => waiting.get(reply.id)?.(reply))

  const answer = async (job: ClaimedJob, { request, replyTo }: z.infer<typeof Relayed>, link: Link): Promise<void> => {
    const reply: Message<'OPERATION_REPLY'> = { id: job.id }
    try {
      reply.result = JSON.stringify(await runOperation(link, request))
    } catch (error) {
      reply.error = error instanceof Error ? error.message : String(error)
    }
    bus.publish('OPERATION_REPLY', reply, replyTo)
    await queue
      .complete({ owner, id: job.id })
      .catch((error: unknown) => log.error({ err: error }, 'an operation could not be taken off the queue'))
  }

  return {
    async ask(request) {
      const id = newId()
      const patienceMs = request.timeoutMs + (request.preparationMs ?? 0) + PICK_UP_MS
      const data: z.infer<typeof Relayed> = { replyTo: bus.appId, until: Date.now() + patienceMs, request }
      const { projectId } = request.operation
      const replied = new Promise<Message<'OPERATION_REPLY'>>((resolve) => {
        const timer = setTimeout(() => resolve({ id, error: 'No worker has answered in time.' }), patienceMs)
        waiting.set(id, (reply) => {
          clearTimeout(timer)
          resolve(reply)
        })
      })
      try {
        const job = { id, kind: 'OPERATION', projectId, priority: PRIORITY.critical } as const
        await queue.add([{ ...job, dueAt: new Date(), data: JSON.stringify(data) }])
        wake(job)
        const { result, error } = await replied
        if (result !== undefined) return EngineResultSchema.parse(JSON.parse(result))
        throw new AppError('ENGINE_OPERATION_FAILURE', { message: error ?? 'The operation has no result.' })
      } finally {
        waiting.get(id)?.({ id })
        waiting.delete(id)
      }
    },

    handler: async (jobs) =>
      Promise.all(
        jobs.map(async (job) => {
          const relayed = Relayed.parse(JSON.parse(job.data ?? ''))
          if (relayed.until > Date.now()) return jobItem(job, (link) => answer(job, relayed, link))
          await queue.complete({ owner, id: job.id })
          return null
        }),
      ),
  }
}

type Link = Parameters<typeof runOperation>[0]
