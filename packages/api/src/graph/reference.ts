import { z } from 'zod'
import { graphEndpoint } from './endpoint.ts'

export const graphReference = {
  versions: graphEndpoint({
    method: 'GET',
    path: '/',
    operationId: 'reference.versions',
    summary: 'Say which version of the API this is, and what of it is deprecated',
    scope: null,
    response: z.object({
      version: z.string(),
      documentation: z.string(),
      openapi: z.string(),
      deprecations: z.array(
        z.object({
          method: z.string(),
          path: z.string(),
          since: z.string(),
          sunset: z.string(),
          guide: z.string(),
        }),
      ),
    }),
  }),
}
