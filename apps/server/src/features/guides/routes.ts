import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { guardPages } from '../../http/pages.ts'
import { openAccess } from '../../http/route.ts'
import { readDocument, readImage, readList, type Shelf } from './documents.ts'
import { guidesOf, pageOf } from './page.ts'

const STYLES = {
  'style.css': new URL('./style.css', import.meta.url),
  // The colours of the browser app, light and dark.
  'tokens.css': new URL('../../../../web/src/styles/tokens.css', import.meta.url),
} as const

/** The fonts of the browser app, from its packages. */
const FONTS = {
  'inter.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'jetbrains-mono.woff2': '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
} as const
const appPackages = createRequire(new URL('../../../../web/package.json', import.meta.url))

const CACHE_SECONDS = 300
const DIRECTIVES = {
  // The theme of the person is known to the browser alone.
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
}

/** `/docs/guides`, each guide, and the pages and pictures that they lead to. */
export async function guideRoutes(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    await guardPages(scope, { directives: DIRECTIVES })
    const access = openAccess('the guides hold no data')
    const send = (reply: FastifyReply, type: string, body: string | Buffer): FastifyReply =>
      reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`).type(type).send(body)

    const sendPage = async (reply: FastifyReply, address: string, shelf: Shelf, text: string | undefined) => {
      const list = (await readList()) ?? ''
      if (text === undefined) return reply.callNotFound()
      return send(reply, 'text/html; charset=utf-8', pageOf({ shelf, text, guides: guidesOf(list), address }))
    }

    scope.route({
      ...{ method: 'GET', url: '/docs/guides', config: access },
      handler: async (_request, reply) => sendPage(reply, '/docs/guides', 'guides', await readList()),
    })
    for (const shelf of ['guides', 'pages'] as const)
      scope.route<{ Params: { name: string } }>({
        ...{ method: 'GET', url: `/docs/${shelf}/:name`, config: access },
        handler: async ({ params: { name } }, reply) =>
          sendPage(reply, `/docs/${shelf}/${name}`, shelf, await readDocument(shelf, name)),
      })
    for (const [name, file] of Object.entries(STYLES))
      scope.route({
        ...{ method: 'GET', url: `/docs/guides/${name}`, config: access },
        handler: async (_request, reply) => send(reply, 'text/css; charset=utf-8', await readFile(file)),
      })
    for (const [name, file] of Object.entries(FONTS))
      scope.route({
        ...{ method: 'GET', url: `/docs/guides/${name}`, config: access },
        handler: async (_request, reply) => send(reply, 'font/woff2', await readFile(appPackages.resolve(file))),
      })
    scope.route<{ Params: { name: string } }>({
      ...{ method: 'GET', url: '/docs/images/:name', config: access },
      handler: async ({ params: { name } }, reply) => {
        const image = await readImage(name)
        return image ? send(reply, 'image/webp', image) : reply.callNotFound()
      },
    })
  })
}
