import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { guardPages } from '../../http/pages.ts'
import { openAccess } from '../../http/route.ts'
import { type Language, languageOf } from '../../http/visitor-language.ts'

/** The path of the scripts and styles of the pages. */
const ASSETS = '/human-input-assets'

/** The files that the pages are made of. Libraries are served as they are published. */
const FILES = {
  'style.css': { type: 'text/css; charset=utf-8', file: own('style.css') },
  'form.js': { type: 'text/javascript; charset=utf-8', file: own('form.js') },
  'project-form.js': { type: 'text/javascript; charset=utf-8', file: own('project-form.js') },
  'controls.js': { type: 'text/javascript; charset=utf-8', file: own('controls.js') },
  'chat.js': { type: 'text/javascript; charset=utf-8', file: own('chat.js') },
  'texts.js': { type: 'text/javascript; charset=utf-8', file: own('texts.js') },
  'sending.js': { type: 'text/javascript; charset=utf-8', file: own('sending.js') },
  'shared.js': { type: 'text/javascript; charset=utf-8', file: own('shared.js') },
  'marked.js': { type: 'text/javascript; charset=utf-8', file: new URL(import.meta.resolve('marked')) },
  'purify.js': { type: 'text/javascript; charset=utf-8', file: new URL(import.meta.resolve('dompurify')) },
} as const

/** Nothing from elsewhere runs, and nothing inline: what a flow answers is shown, and does nothing. */
const DIRECTIVES = {
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'https:', 'http:'],
  'connect-src': ["'self'"],
}

const CACHE_SECONDS = 300

/**
 * `/forms/:flowId`, `/chats/:flowId`, and `/f/:id` of a form of a project: pages that people open. They hold no data; their scripts ask the API.
 * `/responses/recorded` and `/responses/expired`: where a browser ends that followed a link of a waiting run.
 */
export async function humanInputPages(
  app: FastifyInstance,
  { frameAncestors }: { frameAncestors: readonly string[] },
): Promise<void> {
  await app.register(async (scope) => {
    await guardPages(scope, { directives: DIRECTIVES, nonces: true, frameAncestors })
    for (const [url, name] of [
      ['/forms/:flowId', 'form'],
      ['/chats/:flowId', 'chat'],
      ['/f/:id', 'project-form'],
    ] as const) {
      scope.route({
        method: 'GET',
        url,
        config: openAccess('the page holds no data'),
        handler: (_request, reply) =>
          reply
            .header('cache-control', 'no-store')
            .type('text/html; charset=utf-8')
            .send(page(name, reply.cspNonce.script)),
      })
    }
    for (const [url, { tone, sign, texts }] of Object.entries(RESPONSES))
      scope.route({
        method: 'GET',
        url,
        config: openAccess('the page holds no data'),
        handler: (request, reply) => {
          const language = languageOf(request.headers['accept-language'])
          const { title, text } = texts[language]
          const body = `<body>
<main><section class="card notice"><div class="sign ${tone}" aria-hidden="true">${sign}</div>
<h1>${title}</h1><p>${text}</p></section></main>
</body>`
          return reply
            .headers({ 'cache-control': `public, max-age=${CACHE_SECONDS}`, vary: 'accept-language' })
            .type('text/html; charset=utf-8')
            .send(documentOf(title, body, { language }))
        },
      })
    scope.route<{ Params: { name: string } }>({
      method: 'GET',
      url: `${ASSETS}/:name`,
      config: openAccess('scripts and styles of public pages'),
      handler: async (request, reply) => {
        const { name } = request.params
        if (!isFile(name)) return reply.callNotFound()
        const { type, file } = FILES[name]
        return reply
          .header('cache-control', `public, max-age=${CACHE_SECONDS}`)
          .type(type)
          .send(await readFile(file))
      },
    })
  })
}

const isFile = (name: string): name is keyof typeof FILES => Object.hasOwn(FILES, name)

function own(name: string): URL {
  return new URL(`pages/${name}`, import.meta.url)
}

const RESPONSES = {
  '/responses/recorded': {
    ...{ tone: 'good', sign: '✓' },
    texts: {
      en: { title: 'Your response has been recorded', text: 'You can close this page now.' },
      de: { title: 'Ihre Antwort ist angekommen', text: 'Sie können diese Seite jetzt schließen.' },
    },
  },
  '/responses/expired': {
    ...{ tone: 'plain', sign: '!' },
    texts: {
      en: { title: 'This link has expired', text: 'The action may have already been processed.' },
      de: { title: 'Dieser Link ist abgelaufen', text: 'Vielleicht ist schon darüber entschieden.' },
    },
  },
} as const

const page = (name: 'form' | 'chat' | 'project-form', nonce: string): string =>
  documentOf(
    name === 'chat' ? 'Chat' : 'Form',
    `<body class="${name === 'chat' ? 'chat' : 'form'}">
<main id="page" aria-busy="true"><p class="loading" role="status">Loading…</p></main>
<noscript><p class="notice">This page needs JavaScript.</p></noscript>
</body>`,
    { scripts: `<script type="module" nonce="${nonce}" src="${ASSETS}/${name}.js"></script>\n` },
  )

interface DocumentParts {
  language?: Language
  scripts?: string
}

const documentOf = (
  title: string,
  body: string,
  { language = 'en', scripts = '' }: DocumentParts,
): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${ASSETS}/style.css">
${scripts}</head>
${body}
</html>
`
