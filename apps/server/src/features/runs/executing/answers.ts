import type { EngineResponse } from '@piecework/engine/protocol'
import type { Logger } from 'pino'
import { valueOfJson } from '../../../calls/json-text.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import type { RunReplies, RunReply } from '../replying/replies.ts'
import type { Attempt } from './attempt.ts'

interface Parts {
  recorder: Pick<RunRecorder, 'reply'>
  replies: RunReplies
  log: Logger
}

/** Answers the callers of runs, at this app or at another one. */
export function createAnswers({ recorder, replies, log }: Parts) {
  /** A message can be missed: a caller at another app also finds the reply in the database. */
  const keepReply = async ({ runId, caller }: Attempt, reply: RunReply): Promise<void> => {
    const app = replies.elsewhere(runId, caller)
    if (app !== undefined) await recorder.reply({ runId, app, reply })
  }

  const respond = (attempt: Attempt, { body, ...answer }: EngineResponse): void => {
    const response = { ...answer, body: valueOfJson(body) }
    keepReply(attempt, { kind: 'RESPONSE', response }).catch((err: unknown) =>
      log.warn({ err, runId: attempt.runId }, 'the answer of a run could not be stored; its caller gets the message'),
    )
    replies.respond(attempt.runId, response, attempt.caller)
  }

  return { keepReply, respond }
}
