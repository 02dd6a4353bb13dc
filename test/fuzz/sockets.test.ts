import { expect, test } from 'vitest'
import { startServer, temporaryFolder } from '../support/process.ts'
import { fuzzSockets } from './sockets.ts'

const SEED = Number(process.env.FUZZ_SEED ?? 20_261)
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 20)

test('a server lives on and stays healthy, whatever comes over its connections', {
  timeout: SECONDS * 1000 + 120_000,
}, async () => {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path)
  try {
    const { sent, slowestMs } = await fuzzSockets(server, SEED, SECONDS * 1000)
    expect(sent).toBeGreaterThan(0)
    // A loaded machine is this slow; input that stalls a server takes seconds.
    expect(slowestMs).toBeLessThan(15_000)
    expect(server.output()).not.toMatch(/"level":(50|60)/)
    expect(await server.stop()).toBe(0)
  } finally {
    await server.kill().catch(() => undefined)
    await folder.remove()
  }
})
