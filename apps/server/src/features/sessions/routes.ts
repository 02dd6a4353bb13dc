import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import type { Sessions } from './service.ts'

export function sessionRoutes(app: FastifyInstance, { sessions }: { sessions: Sessions }): void {
  implement(app, api.sessions.list, async ({ actor }) => singlePage(await sessions.list(actor)))

  implement(app, api.sessions.end, ({ actor, params }) => sessions.end(actor, params.id))

  implement(app, api.sessions.endOthers, ({ actor }) => sessions.endOthers(actor))

  implement(app, api.sessions.refresh, async ({ actor, reply }) => {
    reply.header('cache-control', 'no-store')
    return sessions.refresh(actor)
  })
}
