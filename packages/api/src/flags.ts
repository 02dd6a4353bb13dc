import { z } from 'zod'
import { endpoint } from './endpoint.ts'

export const flags = {
  list: endpoint({
    method: 'GET',
    path: '/v1/flags',
    operationId: 'flags.list',
    summary: 'The flags of the server',
    principals: 'optional',
    permission: 'NONE',
    project: null,
    query: z.object({
      platformId: z.string().optional().describe('Whose look and ways to sign in; the first platform without it.'),
    }),
    response: z.record(z.string(), z.unknown()),
  }),
}
