import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { route } from '../../http/route.ts'
import { queryFlag } from '../../http/schemas.ts'
import { ChatPage, FormPage, type HumanInput } from './service.ts'

const Params = z.object({ flowId: z.string() })
const Query = z.object({ useDraft: queryFlag.optional() })

export function humanInputRoutes(app: FastifyInstance, { humanInput }: { humanInput: HumanInput }): void {
  const open = { method: 'GET', principals: 'public', permission: 'NONE', project: null } as const

  route(app, {
    ...open,
    url: '/v1/human-input/form/:flowId',
    summary: 'What the form of a flow asks for',
    schema: { params: Params, query: Query, response: FormPage },
    handler: ({ params, query }) => humanInput.form(params.flowId, query.useDraft ?? false),
  })

  route(app, {
    ...open,
    url: '/v1/human-input/chat/:flowId',
    summary: 'Who answers in the chat of a flow',
    schema: { params: Params, query: Query, response: ChatPage },
    handler: ({ params, query }) => humanInput.chat(params.flowId, query.useDraft ?? false),
  })
}
