import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashApiKey } from '../../access/access.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../testing/server.ts'
import { insertPlatform } from '../platforms/store.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('the most keys, tokens, roles and platforms on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person

  beforeAll(async () => {
    server = await startTestServerOn(type)
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** Sends it again while the server asks for that, as a slow database makes it do. @returns the status */
  const send = async (path: string, body: object): Promise<number> => {
    for (;;) {
      const { status } = await server.call('POST', path, { token: owner.token, body })
      if (status !== 503) return status
    }
  }
  /** Makes keys at the same time. @returns the statuses of the answers, in order */
  const make = async (path: string, count: number, body: object): Promise<number[]> =>
    (await Promise.all(Array.from({ length: count }, () => send(path, body)))).sort()

  /** The refusals; more than one expects, where a slow database says 503 and has added the row. */
  const refusalsIn = (statuses: readonly number[]): number => statuses.filter((status) => status === 409).length
  const listed = async (path: string): Promise<unknown[]> =>
    (await server.call<{ data: unknown[] }>('GET', path, { token: owner.token })).body.data

  test('a project takes no key past the most, also when many come at once', async () => {
    const statuses = await make('/v1/project-keys', 104, {
      displayName: 'CI',
      projectId: owner.projectId,
      scopes: ['read'],
    })
    expect(refusalsIn(statuses)).toBeGreaterThanOrEqual(4)
    expect(await listed(`/v1/project-keys?projectId=${owner.projectId}`)).toHaveLength(100)
  })

  test('a person makes no token past the most, also when many are made at once', async () => {
    const statuses = await make('/v1/personal-tokens', 53, { displayName: 'CI', permissions: ['READ_FLOW'] })
    expect(refusalsIn(statuses)).toBeGreaterThanOrEqual(3)
    expect(await listed('/v1/personal-tokens')).toHaveLength(50)
  })

  test('a person founds no platform past the most, also when many are founded at once', async () => {
    for (let index = 0; index < 97; index++)
      await insertPlatform(server.server.db, { id: newId(), ownerId: owner.userId, name: `Platform ${index}` })
    expect(refusalsIn(await make('/v1/platforms', 4, { name: 'One more' }))).toBeGreaterThanOrEqual(2)
  })

  test('a platform takes no key past the most, also when many come at once', async () => {
    const rows = Array.from({ length: 997 }, (_, index) => ({
      ...{ id: newId(), platformId: owner.platformId, displayName: `CI ${index}` },
      ...{ hashedValue: hashApiKey(`sk-${index}`), truncatedValue: 'abcd' },
    }))
    await server.server.db.insertInto('api_key').values(rows).execute()
    expect(await make('/v1/api-keys', 5, { displayName: 'CI' })).toEqual([201, 201, 201, 409, 409])
    expect(await listed('/v1/api-keys')).toHaveLength(1000)
  })

  test('a platform takes no role of its own past the most, also when many come at once', async () => {
    const rows = Array.from({ length: 98 }, (_, index) => ({
      ...{ id: newId(), platformId: owner.platformId, name: `Role ${index}`, type: 'CUSTOM' as const },
      permissions: [],
    }))
    await server.server.db.insertInto('project_role').values(rows).execute()
    const statuses = await Promise.all(
      ['one', 'two', 'three', 'four'].map((name) =>
        send('/v1/project-roles', { name, permissions: [], type: 'CUSTOM' }),
      ),
    )
    expect(statuses.sort()).toEqual([201, 201, 409, 409])
  })
})
