import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, flowMaker, pieceAction, webhookTrigger } from '../../../testing/flows.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../../testing/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
})
afterAll(() => server[Symbol.asyncDispose]())

test('a run whose row cannot be read ends, is put aside with the reason, and keeps no other run waiting', async () => {
  const { db, execution } = server.server
  // Before the first run is read: the database remembers what its statements give.
  await sql`create type odd as enum ('gone')`.execute(db)
  await sql`alter table flow_run add column odd odd`.execute(db)
  const flows = flowMaker(server, await signUpOwner(server))
  const flow = await flows.create(webhookTrigger(), [
    pieceAction('step_1', '@activepieces/piece-delay', '0.3.29', 'delayFor', { unit: 'days', delayFor: 1 }),
  ])
  await flows.publish(flow.id)
  for (const _ of [1, 2]) await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const [damaged, good] = await eventually(async () => {
    const paused = (await flows.runs(flow.id)).filter(({ status }) => status === 'PAUSED')
    return paused.length === 2 ? paused.map(({ id }) => id) : undefined
  }, 'two pauses')
  if (damaged === undefined || good === undefined) throw new Error('two runs')

  // A value that the database refuses to print, as it does when a page of a table is damaged.
  await sql`update flow_run set odd = 'gone' where id = ${damaged}`.execute(db)
  await sql`delete from pg_enum where enumlabel = 'gone'`.execute(db)
  await expect(sql`select odd from flow_run where id = ${damaged}`.execute(db)).rejects.toThrow()

  // Its many tries are over; both come in one delivery.
  await sql`update job set lost = 30 where id = ${damaged}`.execute(db)
  await sql`update job set "dueAt" = now() where id = any(${[damaged, good]})`.execute(db)
  execution.wake()
  const statusOf = async (id: string) =>
    (await db.selectFrom('flow_run').select('status').where('id', '=', id).executeTakeFirst())?.status
  await expect.poll(() => statusOf(good), { timeout: 60_000 }).toBe('SUCCEEDED')
  const reasonOf = async () =>
    (await db.selectFrom('dead_job').select('reason').where('id', '=', damaged).executeTakeFirst())?.reason
  await expect.poll(reasonOf, { timeout: 60_000 }).toMatch('The run cannot be read')
  expect(await statusOf(damaged)).toBe('INTERNAL_ERROR')
  expect(await db.selectFrom('job').select('id').where('id', '=', damaged).execute()).toEqual([])
})
