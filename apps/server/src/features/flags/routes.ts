import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { Flags } from './service.ts'

export function flagRoutes(app: FastifyInstance, { flags }: { flags: Flags }): void {
  implement(app, api.flags.list, ({ query }) => flags.list(query.platformId))
}
