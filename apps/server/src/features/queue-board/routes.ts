import { createHash, timingSafeEqual } from 'node:crypto'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import { Queue as BullQueue } from 'bullmq'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { atMost } from '../../patience.ts'
import { queueName } from '../../queue/queue.ts'
import { BULL_PREFIX } from '../../queue/tickets.ts'

/** Redis may be away when the server stops. */
const CLOSE_MS = 1000
const BASE = `${API_PREFIX}/ui`

interface Parts {
  connect(): Redis
  username: string
  password: string
}

/** The queue dashboard, behind a user name and a password (spec: docs/install/troubleshooting/bullboard). */
export async function queueBoardRoutes(app: FastifyInstance, { connect, username, password }: Parts): Promise<void> {
  const connection = connect()
  const queue = new BullQueue(queueName(null), { connection, prefix: BULL_PREFIX })
  queue.on('error', () => {})
  const adapter = new FastifyAdapter()
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: adapter })
  adapter.setBasePath(BASE)
  // A server of its own: it brings routes that know nothing of the rules of ours.
  const board = Fastify()
  await board.register(adapter.registerPlugin(), { prefix: BASE })
  await board.ready()
  const expected = digest(`${username}:${password}`)

  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ')
    const given = scheme?.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString() : ''
    if (!timingSafeEqual(digest(given), expected))
      return reply.code(401).header('www-authenticate', 'Basic realm="Queues", charset="UTF-8"').send('Unauthorized')
    const answer = await board.inject({
      method: request.method === 'POST' ? 'POST' : request.method === 'PUT' ? 'PUT' : 'GET',
      url: request.url,
      headers: { 'content-type': 'application/json' },
      ...(request.method === 'GET' ? {} : { payload: JSON.stringify(request.body ?? {}) }),
    })
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined && name !== 'content-length' && name !== 'connection') reply.header(name, value)
    return reply.code(answer.statusCode).send(answer.rawPayload)
  }
  for (const url of [BASE, `${BASE}/*`])
    app.route({
      method: ['GET', 'POST', 'PUT'],
      url,
      exposeHeadRoute: false,
      config: openAccess('its own user name and password guard it'),
      handler,
    })
  app.addHook('onClose', async () => {
    await board.close()
    await atMost(queue.close(), CLOSE_MS)
    connection.disconnect()
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
