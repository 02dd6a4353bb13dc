import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import type { PersonalTokens } from './service.ts'

export function personalTokenRoutes(
  app: FastifyInstance,
  { personalTokens }: { personalTokens: PersonalTokens },
): void {
  implement(app, api.personalTokens.list, async ({ actor }) => singlePage(await personalTokens.list(actor)))

  implement(app, api.personalTokens.create, ({ actor, body, reply }) => {
    reply.header('cache-control', 'no-store')
    return personalTokens.create(actor, body)
  })

  implement(app, api.personalTokens.remove, ({ actor, params }) => personalTokens.remove(actor, params.id))
}
