import { EngineResponseSchema, JournalEntrySchema } from '@piecework/engine/from-engine'
import type { EngineConfig } from '@piecework/engine/protocol'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { MachineInformation } from '@piecework/model/machine'
import { StepPath } from '@piecework/model/run/step-output'
import { z } from 'zod'
import type { LentConnection, Task } from '../task.ts'
import { TaskOutcomeSchema } from './results.ts'

/** What crosses the channel between an app and a separate worker. Raise PROTOCOL when either side must change. */
export const PROTOCOL = 6
/** Where apps take workers in. */
export const CHANNEL_PATH = '/api/worker-channel'

/** An app that hears nothing for this long gives the socket up, and so does a worker. */
export const SILENCE_MS = 15_000
export const PING_MS = 5000
/** How long a session outlives its socket: a short loss of the network costs nothing. */
export const GRACE_MS = 10_000
/** The longest text that Node holds: nothing larger can be read or written. */
export const LONGEST_TEXT_BYTES = 512 * 1024 * 1024 - 24

/** What every release can read of the first message of any other one. */
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

/** What engines need of the settings, all but the address of the API as the worker reaches it. */
export interface WorkerSettings {
  engine: Omit<EngineConfig, 'internalApiUrl'>
  memoryLimitKb: number
  /** Of one message, either way. */
  maxMessageBytes: number
  /** Names of variables of the worker's environment that user code may see. */
  propagatedEnvVars: string[]
  /** Runs of a project may follow each other in one sandbox of the process modes. */
  reuseSandbox?: boolean
}

/** The answer to Hello. */
export type Greeting =
  | { kind: 'welcome'; session: string; resumed: boolean; received: number; settings: WorkerSettings }
  | { kind: 'refused'; message: string }

const Settings = z.custom<WorkerSettings>((value) => typeof value === 'object' && value !== null && 'engine' in value)

/** What an app says is believed: it holds the worker's keys to everything. */
export const GreetingSchema: z.ZodType<Greeting> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    session: z.string(),
    resumed: z.boolean(),
    received: z.number(),
    settings: Settings,
  }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
])

const TaskSchema = z.custom<Task>((value) => typeof value === 'object' && value !== null && 'operation' in value)
const Version = z.custom<FlowVersion>((value) => typeof value === 'object' && value !== null && 'trigger' in value)

const Lent = z.custom<LentConnection>((value) => typeof value === 'object' && value !== null && 'answer' in value)

export const ToWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('execute'), taskId: z.number(), task: TaskSchema }),
  z.object({ kind: z.literal('cancel'), taskId: z.number() }),
  /** The batch is on disk, or (`stale`) the attempt may no longer write. */
  z.object({ kind: z.literal('journalled'), taskId: z.number(), batch: z.number(), stale: z.boolean() }),
  z.object({
    kind: z.literal('loaded'),
    requestId: z.number(),
    version: Version.optional(),
    /** Base64. */
    archive: z.string().optional(),
    connection: Lent.optional(),
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
