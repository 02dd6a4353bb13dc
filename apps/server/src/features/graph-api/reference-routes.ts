import { graphApi, graphEndpoints } from '@piecework/api/graph/index'
import type { FastifyInstance } from 'fastify'
import { referencePage } from '../../http/reference-routes.ts'
import { openAccess } from '../../http/route.ts'
import { type Door, graphUrl } from './door-routes.ts'
import { buildGraphOpenApi } from './openapi.ts'

/** The versions of the API, its OpenAPI document, and a page to read that. */
export async function referenceRoutes(
  app: FastifyInstance,
  door: Door,
  { release }: { release: string },
): Promise<void> {
  door.serve(graphApi.reference.versions, () => ({
    version: 'v1',
    documentation: graphUrl('/docs'),
    openapi: graphUrl('/openapi.json'),
    deprecations: graphEndpoints.flatMap(({ method, path, deprecated }) =>
      deprecated ? [{ method, path: graphUrl(path), ...deprecated }] : [],
    ),
  }))

  let document: Record<string, unknown> | undefined
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: openAccess('the OpenAPI document holds no data'),
    handler: () => {
      document ??= buildGraphOpenApi(graphEndpoints, release)
      return document
    },
  })

  await referencePage(app, {
    at: graphUrl('/docs'),
    document: graphUrl('/openapi.json'),
    title: 'Piecework graph API',
  })
}
