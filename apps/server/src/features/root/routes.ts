import type { FastifyInstance } from 'fastify'
import { guardPages } from '../../http/pages.ts'
import { API_PREFIX, openAccess } from '../../http/route.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Piecework</title>
<link rel="stylesheet" href="/human-input-assets/style.css">
</head>
<body>
<main>
<div class="card">
<h1>Piecework is running</h1>
<p>There is no browser app yet. Everything is done through the API under <code>${API_PREFIX}/v1</code>.</p>
<ul>
<li><a href="/docs">API reference</a></li>
<li><a href="${API_PREFIX}/v1/health">Health of this server</a></li>
</ul>
</div>
</main>
</body>
</html>
`

/** `/`: says what this server is to people who open its address. */
export async function rootRoutes(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    await guardPages(scope, { directives: { 'style-src': ["'self'"] } })
    scope.route({
      method: 'GET',
      url: '/',
      config: openAccess('the page holds no data'),
      handler: (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE),
    })
  })
}
