import type { Endpoint } from '@piecework/api/endpoint'
import { api, endpoints } from '@piecework/api/index'
import { buildOpenApi } from '@piecework/api/openapi'
import type { FastifyInstance } from 'fastify'
import { implement } from './implement.ts'
import { referencePage } from './reference-routes.ts'
import { API_PREFIX } from './route.ts'

/** The OpenAPI document at `/api/v1/openapi.json` (and `/api/v1/docs`), and a page to read it at `/docs`. */
export async function docsRoutes(app: FastifyInstance, { release }: { release: string }): Promise<void> {
  let document: Record<string, unknown> | undefined
  for (const endpoint of [api.reference.openApi, api.reference.docs])
    implement(app, endpoint, () => {
      document ??= buildOpenApi(endpoints, { version: release, prefix: API_PREFIX })
      return document
    })

  app.addHook('onReady', async () => requireWhole(app.implemented))

  await referencePage(app, {
    at: '/docs',
    document: `${API_PREFIX}${api.reference.openApi.path}`,
    title: 'Piecework API',
  })
}

/** @throws Error when the contract promises what the server does not serve, or says nothing of what it serves. */
function requireWhole(implemented: ReadonlySet<Endpoint>): void {
  const promised = new Set(endpoints)
  const missing = endpoints.filter((endpoint) => !implemented.has(endpoint))
  const unknown = [...implemented].filter((endpoint) => !promised.has(endpoint))
  const names = (some: readonly Endpoint[]): string => some.map(({ operationId }) => operationId).join(', ')
  if (missing.length > 0) throw new Error(`No route serves these endpoints of the contract: ${names(missing)}`)
  if (unknown.length > 0) throw new Error(`These endpoints are not in the contract: ${names(unknown)}`)
}
