import { BadFrameError, type Frame } from '@piecework/engine/channel/frames'
import { MAX_MESSAGE_DEPTH } from '@piecework/engine/channel/limits'
import { putTexts, visitFromEngine } from '@piecework/engine/channel/long-texts'
import { FromEngineSchema } from '@piecework/engine/from-engine'
import type { FromEngine } from '@piecework/engine/protocol'
import { isTextWithinDepth } from '@piecework/model/json-depth'
import { StepOutput } from '@piecework/model/run/step-output'
import type { z } from 'zod'

/**
 * The message in a frame.
 * @throws Error that says what is wrong with it
 */
export function readMessage({ head, texts }: Frame): FromEngine {
  for (const text of [head, ...texts]) requireSound(text)
  const parsed = FromEngineSchema.safeParse(JSON.parse(head))
  if (!parsed.success) throw new BadFrameError(firstIssue(parsed.error))
  const message = putTexts<FromEngine>(parsed.data, texts, visitFromEngine)
  if (message === undefined) throw new BadFrameError('A message has not the texts that belong to it')
  if ('entries' in message) for (const { output } of message.entries) requireStepOutput(output)
  if (message.kind === 'progress') JSON.parse(message.output)
  if (message.kind === 'result' && message.result.type === 'EXECUTE_TRIGGER_HOOK')
    for (const event of message.result.output ?? []) JSON.parse(event)
  return message
}

/** No text may harm those who read it later, or the database that keeps it. */
function requireSound(text: string): void {
  if (text.includes('\0')) throw new BadFrameError('A message holds a NUL character')
  if (!isTextWithinDepth(text, MAX_MESSAGE_DEPTH))
    throw new BadFrameError(`A message nests more than ${MAX_MESSAGE_DEPTH} levels deep`)
}

/** The server reads journals after a crash; a text that is none would stop it each time. */
function requireStepOutput(text: string): void {
  if (!StepOutput.safeParse(JSON.parse(text)).success)
    throw new BadFrameError('A journal entry is not the end of a step')
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined ? 'a message is of no known kind' : `${issue.path.join('.')}: ${issue.message}`
}
