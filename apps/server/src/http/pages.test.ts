import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { guardPages } from './pages.ts'

async function pages(frameAncestors: readonly string[]) {
  const app = Fastify()
  app.get('/call', () => 'the answer of a flow')
  await app.register(async (scope) => {
    await guardPages(scope, { directives: { 'style-src': ["'self'"] }, nonces: true, frameAncestors })
    scope.get('/page', (_request, reply) => reply.send(reply.cspNonce.script))
  })
  return async (url: string) => {
    const { headers, body } = await app.inject(url)
    return { headers, body, policy: String(headers['content-security-policy']).split(';') }
  }
}

test('pages may do what is named and nothing else; what is not of their scope has no such headers', async () => {
  const get = await pages([])
  const page = await get('/page')
  expect(page.headers).toMatchObject({ 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' })
  expect(page.headers).not.toHaveProperty('cross-origin-opener-policy')
  expect(page.policy).toEqual(
    expect.arrayContaining(["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"]),
  )
  expect(page.policy).toContain(`script-src 'nonce-${page.body}'`)
  expect((await get('/page')).body).not.toBe(page.body)
  const call = await get('/call')
  expect(call.headers).not.toHaveProperty('content-security-policy')
  expect(call.headers).not.toHaveProperty('x-frame-options')
})

test('those who are named may frame them', async () => {
  const get = await pages(['https://www.example.com', 'https://*.example.org'])
  const { headers, policy } = await get('/page')
  expect(policy).toContain('frame-ancestors https://www.example.com https://*.example.org')
  expect(headers).not.toHaveProperty('x-frame-options')
})
