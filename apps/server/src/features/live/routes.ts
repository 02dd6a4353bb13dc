import { LIVE_PATH } from '@piecework/model/live/path'
import type { FastifyInstance } from 'fastify'
import { openAccess } from '../../http/route.ts'

/** Tells those who come without an upgrade, as behind a proxy that does not pass WebSockets on, what is wrong. */
export function liveRoutes(app: FastifyInstance): void {
  const message =
    'Live updates need a WebSocket. Use the transport "websocket", and let every proxy on the way pass on the headers Upgrade and Connection.'
  for (const url of [LIVE_PATH, `${LIVE_PATH}/`])
    app.route({
      method: ['GET', 'POST'],
      url,
      config: openAccess('the answer only explains how to connect'),
      handler: (_request, reply) =>
        reply.code(426).header('upgrade', 'websocket').send({ statusCode: 426, error: 'Upgrade Required', message }),
    })
}
