import { EngineResponseSchema } from '@piecework/engine/from-engine'
import { JournalEntrySchema } from '@piecework/engine/journal-entry'
import { EngineConfigSchema, StoredVersionSchema } from '@piecework/engine/to-engine'
import { MachineInformation } from '@piecework/model/machine'
import { StepPath } from '@piecework/model/run/step-output'
import { z } from 'zod'
import { LoadedConnectionSchema, TaskSchema } from '../task.ts'
import { TaskOutcomeSchema } from './results.ts'

/** The messages between an app and a separate worker. Raise PROTOCOL when either side must change. */
export const PROTOCOL = 7
/** The path at which apps take workers in. */
export const CHANNEL_PATH = '/api/worker-channel'

/** An app that hears nothing for this long gives the socket up, and so does a worker. */
export const SILENCE_MS = 15_000
export const PING_MS = 5000
/** How long a session outlives its socket: a short loss of the network costs nothing. */
export const GRACE_MS = 10_000
/** The longest text that Node holds: nothing larger can be read or written. */
export const MAX_TEXT_BYTES = 512 * 1024 * 1024 - 24

/** The part of the first message that every release can read, whichever release wrote it. */
export const AnyHello = z.object({ kind: z.literal('hello'), protocol: z.number(), workerId: z.string() })

/** The first message of a worker on a new socket. */
export const Hello = z.object({
  kind: z.literal('hello'),
  protocol: z.number(),
  workerId: z.string(),
  concurrency: z.number().int().min(1).max(10_000),
  /** The group whose work it does, and no other. */
  group: z.string().nullable(),
  /** The session that goes on, and how much of it has arrived. */
  session: z.string().nullable(),
  received: z.number().int(),
  machine: MachineInformation,
})
export type Hello = z.infer<typeof Hello>

/** The settings that engines need, without the address at which the worker reaches the API. */
const WorkerSettingsSchema = z.object({
  engine: EngineConfigSchema.omit({ internalApiUrl: true }),
  memoryLimitKb: z.number(),
  /** The largest size of one message, in either direction. */
  maxMessageBytes: z.number(),
  /** Names of variables of the worker's environment that user code may see. */
  propagatedEnvVars: z.array(z.string()),
  /** Runs of a project may follow each other in one sandbox of the process modes. */
  reuseSandbox: z.boolean().optional(),
})
export type WorkerSettings = z.infer<typeof WorkerSettingsSchema>

/** The answer to Hello. */
export const GreetingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    session: z.string(),
    resumed: z.boolean(),
    received: z.number(),
    settings: WorkerSettingsSchema,
  }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
])

export type Greeting = z.infer<typeof GreetingSchema>

export const ToWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('execute'), taskId: z.number(), task: TaskSchema }),
  z.object({ kind: z.literal('cancel'), taskId: z.number() }),
  /** The batch is on disk, or (`stale`) the attempt may no longer write. */
  z.object({ kind: z.literal('journalled'), taskId: z.number(), batch: z.number(), stale: z.boolean() }),
  z.object({
    kind: z.literal('loaded'),
    requestId: z.number(),
    version: StoredVersionSchema.optional(),
    /** Base64. */
    archive: z.string().optional(),
    connection: LoadedConnectionSchema.optional(),
    error: z.string().optional(),
  }),
  /** Some have changed. */
  z.object({ kind: z.literal('forget-connections') }),
])
export type ToWorker = z.infer<typeof ToWorker>

export const FromWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('journal'),
    taskId: z.number(),
    batch: z.number(),
    entries: z.array(JournalEntrySchema),
  }),
  z.object({ kind: z.literal('respond'), taskId: z.number(), response: EngineResponseSchema }),
  z.object({
    kind: z.literal('progress'),
    taskId: z.number(),
    stepName: z.string(),
    path: StepPath.default([]),
    output: z.string(),
  }),
  z.object({ kind: z.literal('outcome'), taskId: z.number(), outcome: TaskOutcomeSchema }),
  z.object({ kind: z.literal('load-version'), requestId: z.number(), key: z.string() }),
  z.object({ kind: z.literal('load-archive'), requestId: z.number(), fileId: z.string() }),
  z.object({
    kind: z.literal('load-connection'),
    requestId: z.number(),
    projectId: z.string(),
    platformId: z.string(),
    externalId: z.string(),
  }),
  z.object({ kind: z.literal('machine'), machine: MachineInformation }),
  /** Takes nothing new. */
  z.object({ kind: z.literal('drain') }),
  /** Leaves; what it has not finished is somebody else's. */
  z.object({ kind: z.literal('bye') }),
])
export type FromWorker = z.infer<typeof FromWorker>
