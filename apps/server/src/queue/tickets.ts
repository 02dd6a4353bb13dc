import { Queue as BullQueue, Worker as BullWorker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { queueName } from './queue.ts'

export const BULL_PREFIX = 'piecework'

/** Redis holds a ticket when a project has due jobs. There is at most one per project and priority. */
export interface Ticket {
  projectId: string
  priority: number
  /** The kind of its first job, by which the dashboard names it. */
  kind?: string
  /** The group of the workers that it is for; null for those of no group. */
  group: string | null
}

/** The tickets in Redis: a queue for the workers of each group, and one for all others. */
export interface Tickets {
  /** Those that are there already stay where they are. */
  add(tickets: readonly Ticket[]): Promise<void>
  /** Takes tickets out of the queue of a group. @returns their projects. */
  take(group: string | null, count: number): Promise<string[]>
  close(): Promise<void>
}

interface TicketsOptions {
  connection: Redis
  blocking: Redis
  prefix?: string
  log: Logger
}

/** A ticket whose app died with it in its hands comes back after this time. */
const LOCK_MS = 5000
const MAX_EVENTS = 100

export function createTickets({ connection, blocking, prefix = BULL_PREFIX, log }: TicketsOptions): Tickets {
  const queues = new Map<string | null, ReturnType<typeof open>>()
  let tokens = 0
  const note = (error: unknown) => log.debug({ err: error }, 'the queue in Redis reports an error')

  const open = (group: string | null) => {
    const queue = new BullQueue<{ projectId: string }>(queueName(group), {
      connection,
      prefix,
      // Nobody reads what happens to tickets.
      streams: { events: { maxLen: MAX_EVENTS } },
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
      },
    })
    queue.on('error', note)
    return { queue, taker: undefined as ReturnType<typeof openTaker> | undefined }
  }

  const openTaker = (group: string | null) => {
    const worker = new BullWorker<{ projectId: string }>(queueName(group), null, {
      connection: blocking,
      prefix,
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      // A ticket does no harm, however often it comes.
      maxStalledCount: 1_000_000,
    })
    worker.on('error', note)
    return { worker, watched: worker.startStalledCheckTimer().catch(() => {}) }
  }

  const queueOf = (group: string | null) => {
    const known = queues.get(group)
    if (known) return known
    const made = open(group)
    queues.set(group, made)
    return made
  }

  return {
    async add(tickets) {
      await Promise.all(
        [...Map.groupBy(tickets, ({ group }) => group)].map(([group, some]) =>
          queueOf(group).queue.addBulk(
            some.map(({ projectId, priority, kind }) => ({
              name: jobType(kind),
              data: { projectId },
              // BullMQ refuses colons.
              opts: { jobId: `${projectId.replaceAll(':', '.')}-${priority}`, priority },
            })),
          ),
        ),
      )
    },
    async take(group, count) {
      const entry = queueOf(group)
      entry.taker ??= openTaker(group)
      const { worker } = entry.taker
      const projects: string[] = []
      while (projects.length < count) {
        const token = `${process.pid}-${tokens++}`
        const ticket = await worker.getNextJob(token, { block: false })
        if (!ticket) break
        // The ticket goes before its rows are read, so that an app which adds a row from now on makes a new ticket.
        await ticket.moveToCompleted(null, token, false)
        projects.push(ticket.data.projectId)
      }
      return projects
    },
    async close() {
      await Promise.all(
        [...queues.values()].flatMap(({ queue, taker }) => [
          queue.close(),
          ...(taker ? [taker.worker.close(true), taker.watched] : []),
        ]),
      )
    },
  }
}

/** The names that the queue dashboard shows. */
function jobType(kind: string | undefined): string {
  if (kind === 'TRIGGER_EVENT') return 'EXECUTE_WEBHOOK'
  if (kind === 'OPERATION') return 'EXECUTE_TRIGGER_HOOK'
  if (kind === 'POLL') return 'EXECUTE_POLLING'
  if (kind === 'RENEW') return 'RENEW_WEBHOOK'
  return kind === 'SYSTEM' ? 'SYSTEM' : 'EXECUTE_FLOW'
}
