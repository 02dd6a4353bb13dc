import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { implement } from '../../http/implement.ts'
import { parentOf } from './parent.ts'
import type { WebhookService } from './service.ts'

/** Runs that a call of the API starts, `POST /v1/flows/:id/run`; another run may be the parent. */
export function runFlowRoute(app: FastifyInstance, { webhooks }: { webhooks: Pick<WebhookService, 'begin'> }): void {
  implement(app, api.flows.run, ({ params, body, actor, request }) => {
    // The credentials of the caller do not belong in the log of the run.
    const { authorization: _token, cookie: _cookie, ...headers } = request.headers
    const { failParentOnFailure, parentRunId } = parentOf(request)
    return webhooks.begin(actor, params.id, {
      payload: {
        method: request.method,
        headers,
        queryParams: z.record(z.string(), z.unknown()).parse(request.query),
        body: body ?? {},
      },
      parentRunId,
      failParentOnFailure,
    })
  })
}
