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
    response: z.record(z.string(), z.unknown()),
  }),
}
