import Fastify, { type FastifyInstance } from 'fastify'
import { buildOpenApi } from './openapi.ts'
import { API_PREFIX, openAccess, route } from './route.ts'

const DOCUMENT_URL = '/v1/openapi.json'

/** The page brings its own script, styles and settings; its requests go to this server alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The OpenAPI document at `/api/v1/openapi.json` (and `/api/v1/docs`), and a page to read it at `/docs`. */
export function docsRoutes(app: FastifyInstance, { release }: { release: string }): void {
  let document: Record<string, unknown> | undefined
  for (const url of [DOCUMENT_URL, '/v1/docs']) {
    route(app, {
      method: 'GET',
      url,
      summary: 'The OpenAPI document of this API',
      principals: 'public',
      permission: 'NONE',
      project: null,
      handler: () => {
        document ??= buildOpenApi(app.documentedRoutes, release)
        return document
      },
    })
  }

  let page: Promise<FastifyInstance> | undefined
  app.route({
    method: 'GET',
    url: '/docs',
    config: openAccess('the reference of the API holds no data'),
    handler: (_request, reply) => reply.redirect('/docs/'),
  })
  app.route({
    method: 'GET',
    url: '/docs/*',
    config: openAccess('the reference of the API holds no data'),
    handler: async (request, reply) => {
      page ??= loadPage()
      const answer = await (await page).inject({ method: 'GET', url: request.url, headers: { host: request.host } })
      const type = answer.headers['content-type']
      if (type) reply.header('content-type', type)
      reply.header('content-security-policy', POLICY).header('x-frame-options', 'DENY')
      return reply.code(answer.statusCode).send(answer.rawPayload)
    },
  })
  app.addHook('onClose', async () => {
    await (await page)?.close()
  })
}

/** The page carries four megabytes of script, so it is loaded when somebody first looks at it. */
async function loadPage(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const app = Fastify()
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: {
      url: `${API_PREFIX}${DOCUMENT_URL}`,
      pageTitle: 'Piecework API',
      withDefaultFonts: false,
      telemetry: false,
    },
  })
  return app
}
