import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Client, signIn } from './support/client.ts'
import { diskOf, type ServerProcess, startServer, temporaryFolder, withDisk } from './support/process.ts'

const MB = 1024 * 1024

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client
/** The disk of the server, as seen from here. */
let disk = ''
let flowId = ''

/** The data folder is a disk of 160 MB, in a mount namespace of the server's own. */
beforeEach(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, { AP_PGLITE_FSYNC: 'true' }, withDisk(folder.path, 160))
  disk = diskOf(server, folder.path)
  client = await signIn(server.base)
  flowId = await client.liveFlow([])
}, 300_000)
afterEach(async () => {
  await server.kill().catch(() => {})
  await folder.remove()
})

async function fillUpTo(freeMb: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk)
  await writeFile(join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - freeMb * MB)))
}
const empty = () => rm(join(disk, 'filler'))

/** One asynchronous call, and how long its answer took. */
async function call(): Promise<{ status: number; code: unknown; retryAfter: string | null; ms: number }> {
  const began = performance.now()
  const response = await fetch(`${server.base}/v1/webhooks/${flowId}`, { method: 'POST', body: 'x'.repeat(20_000) })
  const body: unknown = await response.json()
  const code = typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined
  return {
    status: response.status,
    code,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - began,
  }
}
const health = async () => (await fetch(`${server.base}/v1/health/ready`)).status
const REFUSED = { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: expect.stringMatching(/^\d+$/) }

test('calls are refused at once while the disk is nearly full, and taken again when there is room', async () => {
  expect(await call()).toMatchObject({ status: 200 })
  await fillUpTo(30)
  await expect.poll(health, { timeout: 10_000 }).toBe(503)
  const refused = await call()
  expect(refused).toMatchObject(REFUSED)
  expect(refused.ms).toBeLessThan(2000)
  // Reading still works.
  expect((await client.runs()).data.length).toBeGreaterThan(0)
  await empty()
  await expect.poll(health, { timeout: 20_000 }).toBe(200)
  expect(await call()).toMatchObject({ status: 200 })
  expect(await server.stop()).toBe(0)
}, 300_000)
