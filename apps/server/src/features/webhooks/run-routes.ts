import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { implement } from '../../http/implement.ts'
import { parentOf } from './parent.ts'
import type { WebhookService } from './service.ts'

/** Runs that are asked for by the API (spec: rest-flow-runs.txt, nested runs). */
export function runFlowRoute(app: FastifyInstance, { webhooks }: { webhooks: Pick<WebhookService, 'begin'> }): void {
  implement(app, api.flows.run, ({ params, body, actor, request }) => {
    // What lets the caller in is not for the log of the run.
    const { authorization: _token, cookie: _cookie, ...headers } = request.headers
    const { failParentOnFailure, parentRunId } = parentOf(request)
    return webhooks.begin(params.id, {
      payload: {
        method: request.method,
        headers,
        queryParams: z.record(z.string(), z.unknown()).parse(request.query),
        body: body ?? {},
      },
      parentRunId,
      failParentOnFailure,
      triggeredBy: actor.userId,
    })
  })
}
