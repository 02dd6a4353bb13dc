import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { guideRoutes } from './routes.ts'

async function serve() {
  const server = Fastify()
  await guideRoutes(server)
  onTestFinished(() => server.close())
  return server
}

const linksOf = (html: string): string[] =>
  [...html.matchAll(/ (?:href|src)="(\/docs\/[^"#]*)(?:#[^"]*)?"/g)].flatMap(([, address]) => address ?? [])

test('every guide is a page, and everything that it leads to is there', async () => {
  const server = await serve()
  const known = new Set<string>()
  const waiting = ['/docs/guides']
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (known.has(url)) continue
    known.add(url)
    const answer = await server.inject({ url })
    expect([url, answer.statusCode]).toEqual([url, 200])
    if (url.endsWith('.webp') || url.endsWith('.css')) continue
    expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
    expect(answer.body).toMatch(/<h1 id="[^"]+">/)
    if (url.startsWith('/docs/guides')) waiting.push(...linksOf(answer.body))
  }
  for (const address of [
    '/docs/guides/webhook',
    '/docs/guides/watch-runs',
    '/docs/images/flow.webp',
    '/docs/pages/webhooks',
  ])
    expect(known).toContain(address)
})

test('a guide stands in the list of the guides, and names the one that is open', async () => {
  const server = await serve()
  const { body } = await server.inject({ url: '/docs/guides/schedule' })
  expect(body).toContain('<a href="/docs/guides/schedule" aria-current="page">Schedule</a>')
  expect(body).toContain('<title>Schedule · Piecework</title>')
})

test('the guides bring the fonts of the app', async () => {
  const server = await serve()
  const { body } = await server.inject({ url: '/docs/guides/style.css' })
  const fonts = [...body.matchAll(/url\("([^"]+)"\)/g)].map(([, url = '']) => url)
  expect(fonts).toHaveLength(2)
  for (const url of fonts) {
    const { statusCode, headers } = await server.inject({ url })
    expect([url, statusCode, headers['content-type']]).toEqual([url, 200, 'font/woff2'])
  }
})

test('only documents are shown', async () => {
  const server = await serve()
  for (const url of [
    '/docs/guides/nothing',
    '/docs/guides/..%2fsecurity',
    '/docs/pages/..%2f..%2fpackage',
    '/docs/images/..%2fapi.md',
  ])
    expect([url, (await server.inject({ url })).statusCode]).toEqual([url, 404])
})
