import type { FastifyInstance } from 'fastify'
import { readPayload, takeAnyBody } from '../../calls/payload.ts'
import { sendAnswer } from '../../calls/send-answer.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { type AppEvents, REFUSED } from './app-events.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** `/v1/app-events/:pieceUrl`: the one webhook that an app knows for all flows. */
export async function appEventRoutes(
  app: FastifyInstance,
  { appEvents, maxPayloadBytes }: { appEvents: AppEvents; maxPayloadBytes: number },
): Promise<void> {
  await app.register(async (scope) => {
    takeAnyBody(scope, maxPayloadBytes)
    scope.route<{ Params: { pieceUrl: string } }>({
      method: [...METHODS],
      url: `${API_PREFIX}/v1/app-events/:pieceUrl`,
      bodyLimit: maxPayloadBytes,
      // Anybody may call: what no app sends is not worth reading.
      onRequest: async (request, reply) => {
        if (!appEvents.knows(request.params.pieceUrl)) return sendAnswer(reply, REFUSED)
      },
      config: openAccess('the piece verifies the call with the secret of the app'),
      handler: async (request, reply) => {
        // It belongs to no project yet, in which a file could be kept.
        const { payload } = await readPayload(request, async ({ data }) => Buffer.from(data).toString('base64'))
        return sendAnswer(reply, await appEvents.receive(request.params.pieceUrl, payload))
      },
    })
  })
}
