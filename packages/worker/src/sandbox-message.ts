import { BadFrameError, type Frame } from '@piecework/engine/channel/frames'
import { lower, visitFromEngine } from '@piecework/engine/channel/lift'
import { MAX_MESSAGE_DEPTH } from '@piecework/engine/channel/limits'
import type { FromEngine } from '@piecework/engine/protocol'
import { isTextWithinDepth } from '@piecework/model/json-depth'
import { StepOutput, StepPath } from '@piecework/model/run/step-output'
import { z } from 'zod'
import { EngineResponseSchema, JournalEntrySchema, ResultMessageSchema } from './channel/results.ts'

/** What an engine process says, checked: code of users runs in it, and may have written anything. */

const operationId = z.number().int()

const FromEngineSchema = z.discriminatedUnion('kind', [
  ResultMessageSchema,
  z.object({ kind: z.literal('journal'), operationId, entries: z.array(JournalEntrySchema), flush: z.boolean() }),
  z.object({ kind: z.literal('respond'), operationId, response: EngineResponseSchema }),
  z.object({
    kind: z.literal('connection'),
    operationId,
    requestId: z.number().int(),
    externalId: z.string().max(1000),
  }),
  z.object({ kind: z.literal('progress'), operationId, stepName: z.string(), path: StepPath, output: z.string() }),
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('owned') }),
  z.object({ kind: z.literal('unclean') }),
]) satisfies z.ZodType<FromEngine>

/**
 * The message in a frame.
 * @throws Error that says what is wrong with it
 */
export function readMessage({ head, texts }: Frame): FromEngine {
  for (const text of [head, ...texts]) requireSound(text)
  const parsed = FromEngineSchema.safeParse(JSON.parse(head))
  if (!parsed.success) throw new BadFrameError(firstIssue(parsed.error))
  const message = lower<FromEngine>(parsed.data, texts, visitFromEngine)
  if (message === undefined) throw new BadFrameError('a message has not the texts that belong to it')
  if ('entries' in message) for (const { output } of message.entries) requireStepOutput(output)
  if (message.kind === 'progress') JSON.parse(message.output)
  if (message.kind === 'result' && message.result.type === 'EXECUTE_TRIGGER_HOOK')
    for (const event of message.result.output ?? []) JSON.parse(event)
  return message
}

/** No text may harm those who read it later, or the database that keeps it. */
function requireSound(text: string): void {
  if (text.includes('\0')) throw new BadFrameError('a message holds a NUL character')
  if (!isTextWithinDepth(text, MAX_MESSAGE_DEPTH))
    throw new BadFrameError(`a message nests more than ${MAX_MESSAGE_DEPTH} levels deep`)
}

/** The server reads journals after a crash; a text that is none would stop it each time. */
function requireStepOutput(text: string): void {
  if (!StepOutput.safeParse(JSON.parse(text)).success)
    throw new BadFrameError('a journal entry is not the end of a step')
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined ? 'a message is of no known kind' : `${issue.path.join('.')}: ${issue.message}`
}
