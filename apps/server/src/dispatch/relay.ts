import { EngineResultSchema } from '@piecework/engine/from-engine'
import type { EngineResult } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Bus } from '../bus/bus.ts'
import { keepMessages, readKept } from '../bus/kept-store.ts'
import { type Message, TOPICS } from '../bus/topics.ts'
import type { Db } from '../database/open.ts'
import { type ClaimedJob, dataOfJob, PRIORITY, UnreadableJobError } from '../queue/job.ts'
import type { Queue } from '../queue/queue.ts'
import { capacityError, MAX_WAITING } from './lane.ts'
import { bytesOf, jobItem, type OperationRequest, OperationRequestSchema, runOperation } from './operations.ts'
import type { JobHandler } from './work.ts'

/** Operations for callers of an app without workers: through the queue, answered over the bus. */
export interface OperationRelay {
  /**
   * @throws AppError ENGINE_OPERATION_FAILURE when it does not come to a result, or nobody takes it in time;
   * SANDBOX_CAPACITY_EXCEEDED when too many callers wait already.
   */
  ask(request: OperationRequest): Promise<EngineResult>
  /** Handles OPERATION jobs. */
  handler: JobHandler
  /** Looks for answers whose message was missed. */
  look(): Promise<void>
  /** The server stops: callers wait no longer. */
  stop(): void
}

interface Parts {
  db: Db
  queue: Queue
  owner: string
  bus: Bus
  wake(jobs: { projectId: string; priority: number }): void
  /** The most waiting callers, and the most memory of their requests; one request alone may hold more. */
  limits?: { waiting: number; bytes: number }
  log: Logger
}

/** How long an operation may wait for a free worker, on top of its own time. */
const PICK_UP_MS = 60_000

const keyOf = (id: string): string => `operation:${id}`

const Relayed = z.object({
  replyTo: z.string(),
  until: z.number(),
  request: OperationRequestSchema,
})

export function createOperationRelay({
  db,
  queue,
  owner,
  bus,
  wake,
  limits = MAX_WAITING,
  log,
}: Parts): OperationRelay {
  const waiting = new Map<string, (reply: Message<'OPERATION_REPLY'>) => void>()
  let waitingBytes = 0
  bus.on('OPERATION_REPLY', (reply) => waiting.get(reply.id)?.(reply))

  const answer = async (job: ClaimedJob, { request, replyTo }: z.infer<typeof Relayed>, link: Link): Promise<void> => {
    const reply: Message<'OPERATION_REPLY'> = { id: job.id }
    try {
      reply.result = JSON.stringify(await runOperation(link, request))
    } catch (error) {
      reply.error = error instanceof Error ? error.message : String(error)
    }
    // A worker that came to the app of the caller meanwhile may be the one that took it.
    if (replyTo === bus.appId) waiting.get(job.id)?.(reply)
    else bus.publish('OPERATION_REPLY', reply, replyTo)
    try {
      if (replyTo !== bus.appId) await keepMessages(db, [{ id: keyOf(job.id), body: JSON.stringify(reply) }])
      await queue.complete({ owner, id: job.id })
    } catch (error) {
      log.error({ err: error }, 'an operation could not be removed from the queue')
    }
  }

  return {
    async ask(request) {
      const id = newId()
      const bytes = bytesOf(request)
      if (waiting.size >= limits.waiting || (waiting.size > 0 && waitingBytes + bytes > limits.bytes))
        throw capacityError()
      waitingBytes += bytes
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
        waitingBytes -= bytes
      }
    },

    async look() {
      if (waiting.size === 0) return
      for (const { body } of await readKept(db, [...waiting.keys()].map(keyOf))) {
        const { success, data } = TOPICS.OPERATION_REPLY.safeParse(JSON.parse(body))
        if (success) waiting.get(data.id)?.(data)
      }
    },

    stop() {
      for (const [id, answer] of waiting) answer({ id, error: 'The server stops before a worker has answered.' })
    },

    handler: async (jobs) =>
      Promise.all(
        jobs.map(async (job) => {
          try {
            const relayed = dataOfJob(Relayed, job)
            if (relayed.until > Date.now()) return jobItem(job, (link) => answer(job, relayed, link))
            await queue.complete({ owner, id: job.id })
          } catch (error) {
            // The others are not to wait for it.
            if (!(error instanceof UnreadableJobError)) throw error
            log.error({ err: error, jobId: job.id }, 'an operation of another app cannot be read')
            await queue.bury({ owner, id: job.id, reason: error.message })
          }
          return null
        }),
      ),
  }
}

type Link = Parameters<typeof runOperation>[0]
