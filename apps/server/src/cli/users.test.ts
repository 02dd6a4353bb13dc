import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { signUpOwner, startTestServer } from '../testing/server.ts'

const run = promisify(execFile)
const COMMAND = new URL('users.ts', import.meta.url).pathname

test('the operator sets a password on the embedded database while the server is stopped, and it is on record', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-'))
  const env = { PATH: process.env.PATH ?? '', AP_CONFIG_PATH: folder }
  const reset = (...args: string[]) => run(process.execPath, [COMMAND, 'reset-password', ...args], { env })
  try {
    const before = await startTestServer({}, { folder })
    const { token } = await signUpOwner(before)
    await before[Symbol.asyncDispose]()
    await expect(reset('nobody@example.com')).rejects.toThrow('Nobody has the address')
    await expect(reset('owner@example.com', '--password', 'weak')).rejects.toThrow('upper-case letter')
    const { stdout } = await reset('OWNER@example.com')
    const after = await startTestServer({}, { folder })
    try {
      expect((await after.call('GET', '/v1/users/me', { token })).status).toBe(401)
      const body = { email: 'owner@example.com', password: stdout.trim() }
      const session = await after.call<{ token: string }>('POST', '/v1/authentication/sign-in', { body })
      expect(session.status).toBe(200)
      const events = async () => {
        const query = { action: 'user.password.reset' }
        return (await after.call<{ data: object[] }>('GET', '/v1/audit-events', { token: session.body.token, query }))
          .body.data
      }
      await expect.poll(events).toMatchObject([{ actor: { type: 'SYSTEM' } }])
    } finally {
      await after[Symbol.asyncDispose]()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
