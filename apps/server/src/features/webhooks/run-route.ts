import { IdParams } from '@piecework/api/shapes'
import { FlowRun } from '@piecework/model/run/run'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { projectOf } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { parentOf } from './parent.ts'
import type { WebhookService } from './service.ts'

interface Parts {
  webhooks: Pick<WebhookService, 'begin'>
  projectOfFlow(flowId: string): Promise<string | undefined>
}

/** Runs that are asked for by the API (spec: rest-flow-runs.txt, nested runs). */
export function runFlowRoute(app: FastifyInstance, { webhooks, projectOfFlow }: Parts): void {
  route(app, {
    method: 'POST',
    url: '/v1/flows/:id/run',
    summary: 'Run the published version of an enabled flow; the body is what its trigger gets',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_RUN',
    project: projectOf('flow', projectOfFlow),
    schema: { params: IdParams, body: z.unknown().optional(), response: FlowRun },
    handler: ({ params, body, principal, request }) => {
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
        triggeredBy: principal.type === 'USER' ? principal.id : null,
      })
    },
  })
}
