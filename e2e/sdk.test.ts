import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signUpOwner, startTestServer } from '@piecework/server/testing/server'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { launchBrowser } from '../test/support/browser.ts'

const KB = 1024

test('the client works in a browser, and brings no schemas along', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../packages/sdk/src/index.ts', import.meta.url).pathname],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'piecework',
    write: false,
  })
  const [file] = outputFiles
  expect(file?.contents.length).toBeLessThan(16 * KB)

  await using server = await startTestServer()
  const owner = await signUpOwner(server)
  const browser = await launchBrowser()
  // A page of another origin.
  const elsewhere = createServer((_request, response) => response.end('<!doctype html>'))
  elsewhere.listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`)
    await page.addScriptTag({ content: file?.text ?? '' })
    const url = `${server.origin}/api`
    // Text, because the page has names of its own.
    const script = `(async () => {
      const client = piecework.createClient({ url: ${JSON.stringify(url)}, token: ${JSON.stringify(owner.token)} })
      const { id } = await client.users.get({ params: { id: ${JSON.stringify(owner.userId)} } })
      const names = []
      for await (const project of piecework.each(client.projects.list, {})) names.push(project.id)
      const error = await client.flows.get({ params: { id: 'nothing' } }).catch((error) => error)
      return { id, names, code: error instanceof piecework.ApiError && error.code }
    })()`
    expect(await page.evaluate(script)).toEqual({
      id: owner.userId,
      names: [owner.projectId],
      code: 'ENTITY_NOT_FOUND',
    })
  } finally {
    await browser.close()
    elsewhere.closeAllConnections()
    elsewhere.close()
  }
})
