import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import type { SigningKeys } from './service.ts'

export function signingKeyRoutes(app: FastifyInstance, { signingKeys }: { signingKeys: SigningKeys }): void {
  const { create, list, get, remove } = api.signingKeys
  implement(app, create, ({ actor, body }) => signingKeys.create(actor, body.displayName))
  implement(app, list, async ({ actor }) => singlePage(await signingKeys.list(actor)))
  implement(app, get, ({ actor, params }) => signingKeys.get(actor, params.id))
  implement(app, remove, ({ actor, params }) => signingKeys.remove(actor, params.id))
}
