import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const document = {
  method: 'GET',
  summary: 'The OpenAPI document of this API',
  principals: 'public',
  permission: 'NONE',
  project: null,
  response: z.record(z.string(), z.unknown()),
} as const

export const reference = {
  openApi: endpoint({ ...document, path: '/v1/openapi.json', operationId: 'reference.openApi' }),
  /** The same document at the path where clients of the product expect it. */
  docs: endpoint({ ...document, path: '/v1/docs', operationId: 'reference.docs' }),
}
