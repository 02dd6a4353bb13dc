import { expect, test } from 'vitest'
import { signIn } from '../support/client.ts'
import { startServer, temporaryFolder } from '../support/process.ts'
import { fuzzApi } from './api.ts'

const SEED = Number(process.env.FUZZ_SEED ?? 20_261)
const ODD = Number(process.env.FUZZ_ODD ?? 4)

test('no operation of the API answers that the server is at fault, whatever its fields hold', {
  timeout: 60_000 + ODD * 60_000,
}, async () => {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path, { AP_PROJECT_RATE_LIMITER_ENABLED: 'false' })
  try {
    const client = await signIn(server.base)
    const { sent, faults } = await fuzzApi(client, SEED, ODD)
    expect(sent).toBeGreaterThan(400)
    expect(faults).toEqual([])
    expect(server.output()).not.toMatch(/"level":(50|60)/)
    expect(await server.stop()).toBe(0)
  } finally {
    await server.kill().catch(() => undefined)
    await folder.remove()
  }
})
