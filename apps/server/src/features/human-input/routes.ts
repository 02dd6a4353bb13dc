import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { HumanInput } from './service.ts'

export function humanInputRoutes(app: FastifyInstance, { humanInput }: { humanInput: HumanInput }): void {
  implement(app, api.humanInput.form, ({ params, query }) => humanInput.form(params.flowId, query.useDraft ?? false))

  implement(app, api.humanInput.chat, ({ params, query }) => humanInput.chat(params.flowId, query.useDraft ?? false))
}
