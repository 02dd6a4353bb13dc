import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { readApp } from './app-files.ts'
import { webRoutes } from './routes.ts'

const SCRIPT = 'console.log("a script that is long enough to be worth compressing")'
const PAGE = { accept: 'text/html' }

async function serve({ isBuilt = true, isBuilding = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-web-'))
  if (isBuilt) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>App</title>')
    await writeFile(
      join(folder, 'pages.json'),
      JSON.stringify(['/', '/sign-in', '/flows/$flowId', '/settings/{-$page}', '/projects/$projectId/$']),
    )
    await writeFile(join(folder, 'assets/main-abc.js'), SCRIPT)
    await writeFile(join(folder, 'assets/main-abc.js.br'), brotliCompressSync(SCRIPT))
    await writeFile(join(folder, 'theme.js'), '1')
  }
  const app = await readApp(folder)
  const server = Fastify()
  await webRoutes(server, { folder, app: () => app, isBuilding: () => isBuilding })
  onTestFinished(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })
  return server
}

test.each([
  ['/sign-in', 200],
  ['/flows/abc', 200],
  ['/settings', 200],
  ['/settings/profile', 200],
  ['/projects/p1/runs/r1', 200],
  ['/flows', 404],
  ['/settings/a/b', 404],
  ['/wp-admin', 404],
])('%s answers with the app and %i', async (url, status) => {
  const server = await serve()
  const answer = await server.inject({ url, headers: PAGE })
  expect([answer.statusCode, answer.headers['cache-control']]).toEqual([status, 'no-cache'])
  expect(answer.body).toContain('<title>App</title>')
  expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
  expect(answer.headers['x-frame-options']).toBe('DENY')
})

test('hashed files are kept for a year and come compressed; files outside of the build do not exist', async () => {
  const server = await serve()
  const answer = await server.inject({ url: '/assets/main-abc.js', headers: { 'accept-encoding': 'gzip, br' } })
  expect(answer.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'br',
    'content-type': expect.stringContaining('javascript'),
  })
  expect((await server.inject({ url: '/assets/main-abc.js' })).body).toBe(SCRIPT)
  expect((await server.inject({ url: '/theme.js' })).headers['cache-control']).toBe('no-cache')
  for (const url of ['/assets/gone.js', '/assets/..%2f..%2fetc%2fpasswd', '/assets/%2e%2e/index.html'])
    expect((await server.inject({ url })).statusCode, url).toBe(404)
})

test('no cache keeps the page for programs, nor a 404', async () => {
  const server = await serve()
  expect((await server.inject({ url: '/sign-in', headers: PAGE })).headers.vary).toContain('accept')
  const missing = await server.inject({ url: '/nothing' })
  expect(missing.headers).toMatchObject({ vary: expect.stringContaining('accept'), 'cache-control': 'no-store' })
  const long = await server.inject({ url: `/${'a'.repeat(3000)}`, headers: PAGE })
  expect([long.statusCode, long.json().message]).toEqual([414, expect.stringContaining('/aaa')])
})

test('who takes any answer, as curl does, gets the page of an address of the app, and no page elsewhere', async () => {
  const server = await serve()
  for (const headers of [{ accept: '*/*' }, {}])
    for (const [url, status, type] of [
      ['/', 200, 'text/html'],
      ['/sign-in', 200, 'text/html'],
      ['/nothing', 404, 'application/json'],
      ['/api/v1/nothing', 404, 'application/json'],
    ] as const) {
      const answer = await server.inject({ url, headers })
      expect([answer.statusCode, answer.headers['content-type']], url).toEqual([status, expect.stringContaining(type)])
    }
  const building = await serve({ isBuilt: false, isBuilding: true })
  expect((await building.inject({ url: '/', headers: { accept: '*/*' } })).body).toContain('http-equiv="refresh"')
})

test('addresses of the API and requests of programs get no page', async () => {
  const server = await serve()
  for (const [url, headers] of [
    ['/api/v1/nothing', PAGE],
    ['/sign-in', { accept: 'application/json' }],
  ] as const) {
    const answer = await server.inject({ url, headers })
    expect([answer.statusCode, answer.json().message]).toEqual([404, 'Route not found'])
  }
})

test('while the first build goes on, a page says so and opens the app by itself', async () => {
  const server = await serve({ isBuilt: false, isBuilding: true })
  const answer = await server.inject({ url: '/', headers: PAGE })
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2'])
  expect(answer.body).toContain('http-equiv="refresh"')
})
