import { AppError } from '@piecework/model/errors'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { WebhookAnswer } from '../../../calls/send-answer.ts'
import type { Reply } from './replies.ts'

/** The answer of a flow, as HTTP. */
export const answerOfFlow = ({ status = 200, headers = {}, body = {} }: FlowResponse): WebhookAnswer => ({
  status,
  headers,
  body,
})

/**
 * Makes the answer for a caller who waits for a run. A run without an answer says how it ended, because a flow that
 * failed looks like one that has nothing to say; one that could not be carried out is a fault of the server.
 * @throws AppError WEBHOOK_TIMEOUT when there is no answer yet.
 */
export function answerOf(reply: Reply, timeoutMs: number): WebhookAnswer {
  if (reply.kind === 'RESPONSE') return answerOfFlow(reply.response)
  if (reply.kind === 'REFUSED') return { status: 204, headers: {}, body: {} }
  if (reply.kind === 'STOPPED')
    throw new AppError('WEBHOOK_TIMEOUT', {
      message: 'The server stops before the flow has answered; the run continues.',
    })
  if (reply.kind === 'TIMEOUT')
    throw new AppError('WEBHOOK_TIMEOUT', {
      message: `The flow did not answer within ${timeoutMs / 1000} seconds (AP_WEBHOOK_TIMEOUT_SECONDS); the run continues.`,
    })
  const headers = { [RUN_STATUS]: reply.status }
  if (reply.status !== 'INTERNAL_ERROR') return { status: 204, headers, body: {} }
  const message = 'The run could not be carried out, by a fault of the server. Its page shows the reason.'
  return { status: 500, headers, body: { statusCode: 500, code: 'INTERNAL_SERVER_ERROR', params: { message } } }
}

/** How a run ended that gave no answer. */
const RUN_STATUS = 'x-run-status'
