import Fastify, { type FastifyInstance } from 'fastify'
import { guardPages } from './pages.ts'
import { openAccess } from './route.ts'

/** The page brings its own script, styles and settings; its requests go to this server alone. */
const DIRECTIVES = {
  'script-src': ["'self'", "'unsafe-inline'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
}

interface Reference {
  /** The address of the page, and of the OpenAPI document that it shows. */
  at: `/${string}`
  document: string
  title: string
}

/** A page to read an OpenAPI document at `/docs` of the scope. */
export async function referencePage(app: FastifyInstance, reference: Reference): Promise<void> {
  let page: Promise<FastifyInstance> | undefined
  await app.register(async (scope) => {
    await guardPages(scope, { directives: DIRECTIVES })
    scope.route({
      method: 'GET',
      url: '/docs',
      config: openAccess('the API reference holds no data'),
      handler: (_request, reply) => reply.redirect(`${reference.at}/`),
    })
    scope.route({
      method: 'GET',
      url: '/docs/*',
      config: openAccess('the API reference holds no data'),
      handler: async (request, reply) => {
        page ??= loadPage(reference)
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

/** The page carries four megabytes of script, so it is loaded when somebody first looks at it. */
async function loadPage({ at, document, title }: Reference): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const app = Fastify()
  await app.register(reference, {
    routePrefix: at,
    configuration: { url: document, pageTitle: title, withDefaultFonts: false, telemetry: false },
  })
  return app
}
