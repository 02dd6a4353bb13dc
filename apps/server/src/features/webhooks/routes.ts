import type { FastifyInstance } from 'fastify'
import { systemActor } from '../../access/actor.ts'
import { readPayload, type SaveFile, type SaveFlowFile, takeAnyBody } from '../../calls/payload.ts'
import { sendAnswer } from '../../calls/send-answer.ts'
import { waitingCaller } from '../../calls/waiting-caller.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { parentOf } from './parent.ts'
import { runFlowRoute } from './run-routes.ts'
import type { WebhookMode, WebhookService } from './service.ts'

const FORMS = [
  { suffix: '', mode: 'LIVE', sync: false },
  { suffix: '/sync', mode: 'LIVE', sync: true },
  { suffix: '/draft', mode: 'DRAFT', sync: false },
  { suffix: '/draft/sync', mode: 'DRAFT', sync: true },
  { suffix: '/test', mode: 'TEST', sync: false },
] as const satisfies readonly { suffix: string; mode: WebhookMode; sync: boolean }[]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

interface Parts {
  webhooks: WebhookService
  saveFile: SaveFlowFile
  maxPayloadBytes: number
}

/** The calls that start flows. They are not in the contract: any method, any body, and the hottest path of the product. */
export async function webhookRoutes(
  app: FastifyInstance,
  { webhooks, saveFile, maxPayloadBytes }: Parts,
): Promise<void> {
  runFlowRoute(app, { webhooks })
  await app.register(async (scope) => {
    takeAnyBody(scope, maxPayloadBytes)
    // Some senders end every URL with a slash.
    const urls = FORMS.flatMap((form) => [form, { ...form, suffix: `${form.suffix}/` }])
    for (const { suffix, mode, sync } of urls) {
      scope.route<{ Params: { flowId: string } }>({
        method: [...METHODS],
        url: `${API_PREFIX}/v1/webhooks/:flowId${suffix}`,
        exposeHeadRoute: false,
        bodyLimit: maxPayloadBytes,
        config: openAccess('callers need the flow id and pass the authentication of its trigger'),
        // A call that no flow takes is answered before its body is read.
        onRequest: async (request) => {
          await webhooks.find(request.params.flowId, mode)
        },
        handler: async (request, reply) => {
          const { flowId } = request.params
          const entry = await webhooks.find(flowId, mode)
          const save: SaveFile = (file) => saveFile(systemActor('webhooks', entry), { ...file, flowId })
          const read = await readPayload(request, save)
          const call = { flowId, mode, sync, ...read, ...parentOf(request) }
          const answer = await webhooks.receive(entry, call, sync ? waitingCaller(reply) : undefined)
          return sendAnswer(reply, answer)
        },
      })
    }
  })
}
