import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { SearchService } from './service.ts'

export function searchRoutes(app: FastifyInstance, { search }: { search: SearchService }): void {
  implement(app, api.search.all, ({ actor, query: { query, limit } }) => search.all(actor, { query, limit }))
}
