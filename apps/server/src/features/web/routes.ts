import fastifyStatic from '@fastify/static'
import { errorCodes, type FastifyInstance, type FastifyReply } from 'fastify'
import { handleUnknownRoute } from '../../http/errors.ts'
import { guardPages } from '../../http/pages.ts'
import { API_PREFIX, MAX_PART_LENGTH, openAccess } from '../../http/route.ts'
import type { App } from './app-files.ts'
import { WAITING_PAGE } from './waiting-page.ts'

interface Options {
  /** The folder of the build. */
  folder: string
  /** The build that is served; undefined while there is none. */
  app(): App | undefined
  isBuilding(): boolean
}

const YEAR_SECONDS = 31_536_000
/** How much of a path that is too long its refusal shows. */
const SHOWN_PATH = 60
const HASHED = /\/assets\//

/**
 * The browser app: its files, and its one page for every address that it has. Scripts come from this origin alone;
 * styles may be set by scripts, which libraries of the app do; pictures of pieces come from anywhere.
 */
export async function webRoutes(server: FastifyInstance, { folder, app, isBuilding }: Options): Promise<void> {
  await server.register(async (scope) => {
    await guardPages(scope, {
      directives: {
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'font-src': ["'self'"],
        'img-src': ["'self'", 'data:', 'blob:', 'https:', 'http:'],
        'connect-src': ["'self'", 'ws:', 'wss:'],
        'worker-src': ["'self'"],
        'form-action': ["'self'"],
      },
    })
    await scope.register(fastifyStatic, {
      root: folder,
      serve: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', HASHED.test(path) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
      },
    })
    const access = openAccess('the app holds no data; its requests carry the token of the person')

    for (const url of ['/assets/*', '/favicon.svg', '/theme.js'])
      scope.route({
        method: 'GET',
        url,
        config: access,
        handler: (request, reply) => {
          const path = decodePath(request.url)
          return path.split('/').includes('..') ? handleUnknownRoute(request, reply) : reply.sendFile(path)
        },
      })

    scope.route({
      method: 'GET',
      url: '/*',
      config: access,
      handler: (request, reply) => {
        const path = decodePath(request.url)
        // The router leaves such a path of the API to this route, which matches anything.
        if (path.split('/').some((part) => part.length > MAX_PART_LENGTH))
          throw new errorCodes.FST_ERR_MAX_PARAM_LENGTH(`${path.slice(0, SHOWN_PATH)}…`)
        reply.header('vary', 'accept')
        const current = app()
        const hasPage = current?.hasPage(path) ?? path === '/'
        if (path.startsWith(`${API_PREFIX}/`) || !takesPage(request.headers.accept, hasPage))
          return handleUnknownRoute(request, reply)
        if (current) return sendPage(reply.code(hasPage ? 200 : 404), current)
        if (isBuilding()) return reply.code(503).header('retry-after', '2').type('text/html').send(WAITING_PAGE)
        return handleUnknownRoute(request, reply)
      },
    })
  })
}

/** Whether to answer with a page. Who takes any answer (RFC 9110, 12.5.1) gets one where there is one. */
const takesPage = (accept: string | undefined, hasPage: boolean): boolean =>
  accept?.includes('text/html') || (hasPage && (accept === undefined || accept.includes('*/*')))

function sendPage(reply: FastifyReply, { html }: App): FastifyReply {
  return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html)
}

/** The path of a URL, as the file system names it. What does not decode names nothing. */
function decodePath(url: string): string {
  const [path = ''] = url.split('?')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
