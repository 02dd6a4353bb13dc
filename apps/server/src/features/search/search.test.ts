import type { SearchResults } from '@piecework/api/search'
import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../testing/server.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('search on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person

  beforeAll(async () => {
    server = await startTestServerOn(type)
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const find = async (query: string, token = owner.token, more = {}) =>
    server.call<SearchResults>('GET', '/v1/search', { token, query: { projectId: owner.projectId, query, ...more } })
  const make = (path: string, body: object) => server.call<{ id: string }>('POST', path, { token: owner.token, body })

  test('finds what has the text in its name, the best first, in one call', async () => {
    const flows = flowMaker(server, owner)
    const { projectId } = owner
    for (const displayName of ['All orders', 'Orders of today', 'Orders', 'Invoices 100%']) {
      const flow = await flows.create(webhookTrigger())
      await flows.operate(flow.id, 'CHANGE_NAME', { displayName })
    }
    await make('/v1/folders', { projectId, displayName: 'Orders and more' })
    const connection = await make('/v1/app-connections', {
      ...{ projectId, externalId: 'shop-orders', displayName: 'Shop', pieceName: '@activepieces/piece-http' },
      ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text: 'hidden' } },
    })
    expect(connection.status, JSON.stringify(connection.body)).toBe(201)
    const { body } = await find('orders')
    expect(body.flows.map(({ displayName }) => displayName)).toEqual(['Orders', 'Orders of today', 'All orders'])
    expect(body.folders.map(({ displayName }) => displayName)).toEqual(['Orders and more'])
    expect(body.connections).toMatchObject([{ externalId: 'shop-orders', displayName: 'Shop' }])
    expect(JSON.stringify(body)).not.toContain('hidden')
    expect(body.runs).toEqual([])
    expect((await find('0%')).body.flows.map(({ displayName }) => displayName)).toEqual(['Invoices 100%'])
    expect((await find('orders', owner.token, { limit: 1 })).body.flows).toHaveLength(1)
    expect((await find('webhook')).body.pieces[0]).toMatchObject({ name: '@activepieces/piece-webhook' })
    expect((await find('  ')).status).toBe(400)
  })

  test('finds a run by the beginning of its id, and nothing of other projects', async () => {
    const { db } = server.server
    const id = newId()
    const { projectId } = owner
    const run = { projectId, flowId: 'f', flowVersionId: 'v', environment: 'PRODUCTION', status: 'FAILED' } as const
    await db
      .insertInto('flow_run')
      .values({ ...run, id })
      .execute()
    expect((await find(id)).body.runs).toMatchObject([{ id, flowId: 'f', flowDisplayName: null, status: 'FAILED' }])
    expect((await find(id.slice(0, 12))).body.runs).toMatchObject([{ id }])
    expect((await find(id.slice(0, 7))).body.runs).toEqual([])
    const stranger = await addColleague(server, owner, 'Sam')
    expect((await find(id, stranger.token)).status).toBe(404)
  })

  test('leaves out what the caller may not read', async () => {
    const viewer = await addColleague(server, owner, 'Vera', 'Viewer')
    expect((await find('orders', viewer.token)).body.connections).toHaveLength(1)
    const { db, events } = server.server
    const role = db.selectFrom('project_member').select('projectRoleId').where('userId', '=', viewer.userId)
    await db
      .updateTable('project_role')
      .set({ permissions: ['READ_RUN'] })
      .where('id', 'in', role)
      .execute()
    await events.emit('ACCESS_CHANGED', { of: 'USER', id: viewer.userId })
    expect((await find('orders', viewer.token)).body).toMatchObject({ flows: [], connections: [], folders: [] })
  })
})
