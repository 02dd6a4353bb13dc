import { newId } from '@piecework/model/ids'
import type { BulkAct } from '@piecework/model/run/bulk-act'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, webhookTrigger } from '../../../testing/flows.ts'
import { connectLive } from '../../../testing/live.ts'
import { addColleague } from '../../../testing/people.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../../testing/server.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('an act on many runs on %s', (type) => {
  // Without workers, what is retried waits in the line, and can be counted.
  let server: AsyncDisposable & TestServer
  let owner: Person
  let flowId: string

  beforeAll(async () => {
    server = await startTestServerOn(type)
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** A flow with so many runs that were canceled in the line. */
  async function flowWithRuns(count: number, status: FlowRunStatus = 'CANCELED'): Promise<string> {
    const flows = flowMaker(server, owner)
    const flow = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
    await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'DISABLED' })
    const first = newId(Date.now() - 60_000).slice(0, 8)
    await sql`
      insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status, payload)
      select ${first} || lpad(n::text, 13, '0'), ${owner.projectId}, ${flow.id}, ${flow.version.id}, 'PRODUCTION', ${status}, '{}'
      from generate_series(1, ${count}::integer) n`.execute(server.server.db)
    return flow.id
  }
  const start = (fields: object, token = owner.token) =>
    server.call<BulkAct & { code: string }>('POST', '/v1/flow-runs/bulk', { token, body: { flowId, ...fields } })
  const read = async (id: string) =>
    (await server.call<BulkAct>('GET', `/v1/flow-runs/bulk/${id}`, { token: owner.token })).body
  const over = (id: string) =>
    eventually(async () => {
      const act = await read(id)
      return act.status === 'RUNNING' ? undefined : act
    }, 'the end of the act')
  const count = async (status: FlowRunStatus): Promise<number> => {
    const { db } = server.server
    const rows = await db
      .selectFrom('flow_run')
      .select('id')
      .where('flowId', '=', flowId)
      .where('status', '=', status)
      .execute()
    return rows.length
  }

  test('goes on by itself, tells how far it is, and comes to right counts', async () => {
    flowId = await flowWithRuns(230)
    using client = await connectLive(server.origin, { token: owner.token, projectId: owner.projectId })
    const begun = await start({ action: 'RETRY', strategy: 'FROM_FAILED_STEP' })
    expect(begun).toMatchObject({ status: 201, body: { status: 'RUNNING', total: 230, userId: owner.userId } })
    const { id } = begun.body
    await client.next('BULK_PROGRESS', (act) => act.id === id && act.status === 'SUCCEEDED')
    const told = client.all('BULK_PROGRESS').filter((act) => act.id === id)
    expect(told.length).toBeGreaterThan(4)
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b))
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED', total: 230, done: 230, skipped: 0 })
    expect(await count('QUEUED')).toBe(230)

    const canceling = await start({ action: 'CANCEL' })
    expect(await over(canceling.body.id)).toMatchObject({ status: 'SUCCEEDED', total: 230, done: 230 })
    expect(await count('CANCELED')).toBe(230)
    const archiving = await start({ action: 'ARCHIVE', status: 'CANCELED' })
    expect(await over(archiving.body.id)).toMatchObject({ done: 230 })
    const { body } = await server.call<{ data: BulkAct[] }>('GET', '/v1/flow-runs/bulk', {
      token: owner.token,
      query: { projectId: owner.projectId },
    })
    expect(body.data.map(({ action }) => action)).toEqual(['ARCHIVE', 'CANCEL', 'RETRY'])
  })

  test('is stopped half way, and what it has done stays done', async () => {
    flowId = await flowWithRuns(5000)
    using client = await connectLive(server.origin, { token: owner.token, projectId: owner.projectId })
    const { id } = (await start({ action: 'RETRY', strategy: 'ON_LATEST_VERSION' })).body
    await client.next('BULK_PROGRESS', (act) => act.id === id && act.done > 0)
    const canceled = await server.call<BulkAct>('POST', `/v1/flow-runs/bulk/${id}/cancel`, { token: owner.token })
    expect(canceled.body.status).toBe('CANCELED')
    // The batch that was under way is counted, too.
    const started = await eventually(async () => {
      const [before, act, after] = [await count('QUEUED'), await read(id), await count('QUEUED')]
      return before === after && act.done === after ? after : undefined
    }, 'the counts')
    expect(started).toBeGreaterThan(0)
    expect(started).toBeLessThan(5000)
    const again = await server.call<BulkAct>('POST', `/v1/flow-runs/bulk/${id}/cancel`, { token: owner.token })
    expect(again.body).toMatchObject({ status: 'CANCELED', done: started })
  })

  test('goes on where an app that died left it, and starts no run twice', async () => {
    flowId = await flowWithRuns(120)
    const { db } = server.server
    const act = {
      id: newId(),
      projectId: owner.projectId,
      action: 'RETRY',
      strategy: 'ON_LATEST_VERSION',
      status: 'RUNNING',
      selection: JSON.stringify({ flowId: [flowId] }),
      total: 120,
      owner: 'an app that died',
      leaseUntil: new Date(Date.now() - 1000),
    } as const
    await db.insertInto('bulk_act').values(act).execute()
    expect(await over(act.id)).toMatchObject({ status: 'SUCCEEDED', done: 120 })
    expect(await count('QUEUED')).toBe(120)
    // As when the last batches were done, and not noted.
    await db
      .updateTable('bulk_act')
      .set({ status: 'RUNNING', lastRunId: '', owner: null, leaseUntil: null, done: 0, finished: null })
      .where('id', '=', act.id)
      .execute()
    expect(await over(act.id)).toMatchObject({ status: 'SUCCEEDED', done: 120 })
    expect(await count('QUEUED')).toBe(120)
  })

  test('needs the right to change runs, and has a bound in a project', async () => {
    flowId = await flowWithRuns(1)
    const viewer = await addColleague(server, owner, 'Vera', 'Viewer')
    expect((await start({ action: 'CANCEL' }, viewer.token)).status).toBe(403)
    const { db } = server.server
    const busy = { projectId: owner.projectId, action: 'CANCEL', status: 'RUNNING', selection: '{}', total: 0 } as const
    const held = { ...busy, owner: 'another app', leaseUntil: new Date(Date.now() + 600_000) }
    await db
      .insertInto('bulk_act')
      .values(Array.from({ length: 5 }, () => ({ ...held, id: newId() })))
      .execute()
    expect(await start({ action: 'CANCEL' })).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
    await db.deleteFrom('bulk_act').where('owner', '=', 'another app').execute()
  })
})
