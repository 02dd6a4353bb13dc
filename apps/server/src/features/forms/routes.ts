import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { PublicForms } from './public.ts'

const MAX_USER_AGENT = 500

export function publicFormRoutes(app: FastifyInstance, forms: PublicForms): void {
  implement(app, api.publicForms.get, ({ params, reply }) => {
    reply.header('cache-control', 'no-store')
    return forms.get(params.id)
  })

  implement(app, api.publicForms.submit, ({ params, body, request }) =>
    forms.submit(params.id, body, {
      ip: app.addressOf(request),
      userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    }),
  )
}
