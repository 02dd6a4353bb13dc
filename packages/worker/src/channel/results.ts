import { ResultMessageSchema } from '@piecework/engine/from-engine'
import { z } from 'zod'
import type { TaskOutcome } from '../task.ts'

/** The outcome of a task, as a worker sends it over a network. */
export const TaskOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('RESULT'), message: ResultMessageSchema }),
  z.object({ kind: z.literal('TIMEOUT') }),
  z.object({ kind: z.literal('MEMORY_LIMIT_EXCEEDED') }),
  z.object({ kind: z.literal('CANCELED') }),
  z.object({ kind: z.literal('CRASHED'), message: z.string() }),
  z.object({ kind: z.literal('LOST'), message: z.string().optional(), inFlight: z.boolean().optional() }),
  z.object({
    kind: z.literal('GIVEN_BACK'),
    message: z.string(),
    retryAfterMs: z.number(),
    ofMachine: z.boolean(),
  }),
]) satisfies z.ZodType<TaskOutcome>
