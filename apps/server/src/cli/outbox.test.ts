import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { signUpOwner, startTestServer } from '../testing/server.ts'

const run = promisify(execFile)
const COMMAND = new URL('outbox.ts', import.meta.url).pathname

test('the operator lists dead letters on the embedded database, drops one, and sends another again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-'))
  const env = { PATH: process.env.PATH ?? '', AP_CONFIG_PATH: folder }
  const outbox = async (...args: string[]) => (await run(process.execPath, [COMMAND, ...args], { env })).stdout
  try {
    const before = await startTestServer({}, { folder })
    const owner = await signUpOwner(before)
    const event = {
      ...{ actor: { type: 'USER', id: owner.userId }, platformId: owner.platformId, projectId: owner.projectId },
      data: { folder: { id: 'folder', created: '', updated: '', displayName: 'Lost and found' } },
    }
    const dead = { event: JSON.stringify(event), name: 'folder.created', deadAt: new Date(), attempt: 28 }
    await before.server.db
      .insertInto('outbox')
      .values([
        { ...dead, id: 'wanted', subscriber: 'audit-events', lastError: 'the disk is full' },
        { ...dead, id: 'unwanted', subscriber: 'audit-events', lastError: 'the disk is full' },
        { ...dead, id: 'wanted', subscriber: 'gone' },
      ])
      .execute()
    await before[Symbol.asyncDispose]()

    await expect(outbox('retry')).rejects.toThrow('Name ids of dead letters, or --all')
    const list = await outbox('list')
    expect(list).toMatch(/^unwanted {2}audit-events {2}folder.created\n.* after 28 attempts: the disk is full$/m)
    expect(list).toMatch(/^3 dead letters\.$/m)
    expect(await outbox('drop', 'unwanted')).toBe('1 dead letter removed.\n')
    expect(await outbox('retry', '--all', '--subscriber', 'audit-events')).toBe('1 dead letter will be sent again.\n')

    const after = await startTestServer({}, { folder })
    try {
      const events = async () => {
        const query = { action: 'folder.created' }
        return (await after.call<{ data: object[] }>('GET', '/v1/audit-events', { token: owner.token, query })).body
          .data
      }
      await expect.poll(events).toMatchObject([{ data: { folder: { displayName: 'Lost and found' } } }])
      const left = await after.server.db.selectFrom('outbox').select('subscriber').execute()
      expect(left).toEqual([{ subscriber: 'gone' }])
    } finally {
      await after[Symbol.asyncDispose]()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
