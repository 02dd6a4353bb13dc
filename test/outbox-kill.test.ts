import { setTimeout as sleep } from 'node:timers/promises'
import { each } from '@piecework/sdk'
import { describe, expect, test } from 'vitest'
import { createTestPostgres } from '../apps/server/src/database/testing.ts'
import { signIn } from './support/client.ts'
import { startServer, temporaryFolder } from './support/process.ts'

const KILLS = 2
const LONGEST_LIFE_MS = 1500

describe.each(['PGLITE', 'POSTGRES'] as const)('on %s', (type) => {
  test('a server that is killed between changes and their delivery loses no event, and tells none twice', async () => {
    const folder = await temporaryFolder()
    const postgres = type === 'POSTGRES' ? await createTestPostgres() : undefined
    const start = () => startServer(folder.path, postgres ? { AP_POSTGRES_URL: postgres.url } : {})
    try {
      const made: string[] = []
      for (let kill = 1; kill <= KILLS; kill++) {
        const server = await start()
        const { api, projectId } = await signIn(server.base)
        const state = { alive: true }
        const makeFolders = async (caller: number) => {
          for (let n = 0; state.alive; n++) {
            const displayName = `${kill}-${caller}-${n}`
            await api.folders.create({ body: { projectId, displayName } }).then(
              () => made.push(displayName),
              // The server died under the call: the folder may be there or not.
              () => {},
            )
          }
        }
        const callers = [1, 2, 3].map(makeFolders)
        // There must be something to lose.
        if (kill === 1) await expect.poll(() => made.length).toBeGreaterThan(0)
        await sleep(Math.random() * LONGEST_LIFE_MS)
        await server.kill()
        state.alive = false
        await Promise.all(callers)
      }
      const server = await start()
      const { api, projectId } = await signIn(server.base)
      const told = async () => {
        const names: string[] = []
        const query = { action: ['folder.created' as const], limit: 500 }
        for await (const { data } of each(api.auditEvents.list, { query })) names.push(Object(data.folder).displayName)
        return names.sort()
      }
      const there = async () => {
        const names: string[] = []
        const query = { projectId, limit: 500 }
        for await (const { displayName } of each(api.folders.list, { query })) names.push(displayName)
        return names.sort()
      }
      const folders = await there()
      expect(folders.length).toBeGreaterThan(0)
      expect(folders).toEqual(expect.arrayContaining(made))
      // A killed app keeps the events that it had claimed from PostgreSQL for half a minute.
      await expect.poll(told, { timeout: 300_000, interval: 500 }).toEqual(folders)
      await server.stop()
    } finally {
      await postgres?.drop()
      await folder.remove()
    }
  }, 600_000)
})
