import { createHash, timingSafeEqual } from 'node:crypto'
import { createBullBoard } from '@bull-board/api'
import { FastifyAdapter } from '@bull-board/fastify'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Db } from '../../database/open.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'
import { RowsAdapter } from './adapter.ts'

const BASE = `${API_PREFIX}/ui`

interface Parts {
  db: Db
  username: string
  password: string
}

/** The queue dashboard, behind a user name and a password. */
export async function queueBoardRoutes(app: FastifyInstance, { db, username, password }: Parts): Promise<void> {
  const adapter = new FastifyAdapter()
  createBullBoard({ queues: [new RowsAdapter(db)], serverAdapter: adapter })
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
      config: openAccess('its own user name and password protect it'),
      handler,
    })
  app.addHook('onClose', () => board.close())
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
