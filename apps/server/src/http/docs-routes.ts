import type { Endpoint } from '@piecework/api/endpoint'
import { api, endpoints } from '@piecework/api/index'
import Fastify, { type FastifyInstance } from 'fastify'
import { implement } from './implement.ts'
import { buildOpenApi } from './openapi.ts'
import { guardPages } from './pages.ts'
import { API_PREFIX, openAccess } from './route.ts'

/** The page brings its own script, styles and settings; its requests go to this server alone. */
const DIRECTIVES = {
  'script-src': ["'self'", "'unsafe-inline'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
}

/** The OpenAPI document at `/api/v1/openapi.json` (and `/api/v1/docs`), and a page to read it at `/docs`. */
export async function docsRoutes(app: FastifyInstance, { release }: { release: string }): Promise<void> {
  let document: Record<string, unknown> | undefined
  for (const endpoint of [api.reference.openApi, api.reference.docs])
    implement(app, endpoint, () => {
      document ??= buildOpenApi(endpoints, release)
      return document
    })

  app.addHook('onReady', async () => requireWhole(app.implemented))

  let page: Promise<FastifyInstance> | undefined
  await app.register(async (scope) => {
    await guardPages(scope, { directives: DIRECTIVES })
    scope.route({
      method: 'GET',
      url: '/docs',
      config: openAccess('the reference of the API holds no data'),
      handler: (_request, reply) => reply.redirect('/docs/'),
    })
    scope.route({
      method: 'GET',
      url: '/docs/*',
      config: openAccess('the reference of the API holds no data'),
      handler: async (request, reply) => {
        page ??= loadPage()
        const answer = await (await page).inject({ method: 'GET', url: request.url, headers: { host: request.host } })
        const type = answer.headers['content-type']
        if (type) reply.header('content-type', type)
        return reply.code(answer.statusCode).send(answer.rawPayload)
      },
    })
  })
  app.addHook('onClose', async () => {
    await (await page)?.close()
  })
}

/** @throws Error when the contract promises what the server does not serve, or says nothing of what it serves. */
function requireWhole(implemented: ReadonlySet<Endpoint>): void {
  const promised = new Set(endpoints)
  const missing = endpoints.filter((endpoint) => !implemented.has(endpoint))
  const unknown = [...implemented].filter((endpoint) => !promised.has(endpoint))
  const names = (some: readonly Endpoint[]): string => some.map(({ operationId }) => operationId).join(', ')
  if (missing.length > 0) throw new Error(`Nothing serves these endpoints of the contract: ${names(missing)}`)
  if (unknown.length > 0) throw new Error(`These endpoints are not in the contract: ${names(unknown)}`)
}

/** The page carries four megabytes of script, so it is loaded when somebody first looks at it. */
async function loadPage(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const app = Fastify()
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: {
      url: `${API_PREFIX}${api.reference.openApi.path}`,
      pageTitle: 'Piecework API',
      withDefaultFonts: false,
      telemetry: false,
    },
  })
  return app
}
