import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { openAccess } from '../../http/route.ts'

/** Where the pages find their scripts and styles. */
const ASSETS = '/human-input-assets'

/** The files that pages are made of. Libraries are served as they are published. */
const FILES = {
  'style.css': { type: 'text/css; charset=utf-8', file: own('style.css') },
  'form.js': { type: 'text/javascript; charset=utf-8', file: own('form.js') },
  'chat.js': { type: 'text/javascript; charset=utf-8', file: own('chat.js') },
  'shared.js': { type: 'text/javascript; charset=utf-8', file: own('shared.js') },
  'marked.js': { type: 'text/javascript; charset=utf-8', file: new URL(import.meta.resolve('marked')) },
  'purify.js': { type: 'text/javascript; charset=utf-8', file: new URL(import.meta.resolve('dompurify')) },
} as const

/**
 * Nothing from elsewhere runs, and nothing inline: what a flow answers is shown, and does nothing. Scripts are known by
 * a nonce rather than by their origin, from which flows answer, too.
 */
const policy = (nonce: string, frameAncestors: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data: https: http:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ')

const CACHE_SECONDS = 300

/** `/forms/:flowId` and `/chats/:flowId`: pages that people open. They hold no data; their scripts ask the API. */
export function humanInputPages(app: FastifyInstance, { frameAncestors }: { frameAncestors: readonly string[] }): void {
  const ancestors = frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')
  for (const [url, name] of [
    ['/forms/:flowId', 'form'],
    ['/chats/:flowId', 'chat'],
  ] as const) {
    app.route({
      method: 'GET',
      url,
      config: openAccess('the page holds no data'),
      handler: (_request, reply) => {
        const nonce = randomBytes(16).toString('base64')
        if (frameAncestors.length === 0) reply.header('x-frame-options', 'DENY')
        reply.header('cache-control', 'no-store')
        return guarded(reply, 'text/html; charset=utf-8', policy(nonce, ancestors)).send(page(name, nonce))
      },
    })
  }
  app.route<{ Params: { name: string } }>({
    method: 'GET',
    url: `${ASSETS}/:name`,
    config: openAccess('scripts and styles of pages that anybody may see'),
    handler: async (request, reply) => {
      const { name } = request.params
      if (!isFile(name)) return reply.callNotFound()
      const { type, file } = FILES[name]
      reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`)
      return guarded(reply, type, "default-src 'none'").send(await readFile(file))
    },
  })
}

const isFile = (name: string): name is keyof typeof FILES => Object.hasOwn(FILES, name)

function own(name: string): URL {
  return new URL(`pages/${name}`, import.meta.url)
}

function guarded(reply: FastifyReply, type: string, policy: string): FastifyReply {
  return reply.headers({
    'content-type': type,
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  })
}

const page = (name: 'form' | 'chat', nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${name === 'form' ? 'Form' : 'Chat'}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSETS}/style.css">
<script type="module" nonce="${nonce}" src="${ASSETS}/${name}.js"></script>
</head>
<body class="${name}">
<main id="page" aria-busy="true"><p class="loading" role="status">Loading…</p></main>
<noscript><p class="notice">This page needs JavaScript.</p></noscript>
</body>
</html>
`
