import { FlowRunStatus } from '@piecework/model/run/status'
import { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import { AccessChange } from '../access/change.ts'

/** The messages between apps. Adding a topic is one entry. */
export const TOPICS = {
  /** A flow, one of its versions, or its trigger has changed. */
  FLOW_CHANGED: z.object({ flowId: z.string() }),
  /** Pieces were installed or removed. */
  PIECES_CHANGED: z.object({}),
  /** Values of connections, or who may use them. */
  CONNECTIONS_CHANGED: z.object({}),
  /** Somebody may do more or less than before. */
  ACCESS_CHANGED: AccessChange,
  /** The remembered secrets of a secret manager, or of all managers of a platform, are out of date. */
  SECRETS_CHANGED: z.object({ platformId: z.string(), id: z.string().optional() }),
  /** Event destinations were added, changed or removed. */
  EVENT_DESTINATIONS_CHANGED: z.object({}),
  /** The limit of a project, or of its pool, has changed. */
  LIMITS_CHANGED: z.object({}),
  /** An app has come or gone. */
  APPS_CHANGED: z.object({}),
  /** There are new jobs that are due, and the app that added them has no slot for them. */
  JOBS_ADDED: z.object({}),
  /** A worker that had this session at some app has come to another one. */
  WORKER_MOVED: z.object({ session: z.string() }),
  RUNS_CANCELED: z.object({ ids: z.array(z.string()) }),
  /** To the app at which the caller of a run waits. */
  RUN_REPLY: z.object({
    runId: z.string(),
    reply: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('RESPONSE'), response: FlowResponse }),
      z.object({ kind: z.literal('ENDED'), status: FlowRunStatus }),
      z.object({ kind: z.literal('REFUSED') }),
    ]),
  }),
  /** To the app that asked for an operation: the result as JSON text, or why there is none. */
  OPERATION_REPLY: z.object({ id: z.string(), result: z.string().optional(), error: z.string().optional() }),
  /** Rooms of live updates in which an app has listeners: all of them, or those that came or went. */
  LIVE_ROOMS: z.object({ app: z.string(), change: z.enum(['ARE', 'CAME', 'WENT']), rooms: z.array(z.string()) }),
  /** Every app shall tell its rooms. */
  LIVE_ROOMS_ASKED: z.object({}),
  /** To the apps with listeners in the room. `except`: a socket that knows already. */
  LIVE_MESSAGES: z.object({
    room: z.string(),
    parcels: z.array(z.object({ event: z.string(), message: z.unknown() })),
    except: z.string().optional(),
  }),
} as const satisfies Record<string, z.ZodType>

export type Topic = keyof typeof TOPICS
export type Message<T extends Topic> = z.infer<(typeof TOPICS)[T]>
