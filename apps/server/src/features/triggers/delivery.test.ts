import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRIORITY } from '../../queue/job.ts'
import { eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { newRun } from '../runs/new-run.ts'

const NAME = '@acme/piece-events'
const SOURCE = `
  import { createPiece, createTrigger, PieceAuth, TriggerStrategy } from '@piecework/framework'
  const hook = createTrigger({
    name: 'hook', displayName: 'Hook', description: '', auth: PieceAuth.None(), props: {}, sampleData: {},
    type: TriggerStrategy.WEBHOOK, onEnable: async () => {}, onDisable: async () => {},
    run: async ({ payload }) => payload.body.events,
  })
  export const events = createPiece({
    displayName: 'Events', logoUrl: 'x', authors: [], auth: PieceAuth.None(), actions: [], triggers: [hook] })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
})
afterAll(() => server[Symbol.asyncDispose]())

async function install(version: string): Promise<string> {
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: version }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, version, SOURCE))]), 'p.tgz')
  const made = await server.call<{ id: string }>('POST', '/v1/pieces', { token: owner.token, body: form })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.id
}

const hookFlow = async (version: string) => {
  const flow = await flows.create(pieceTrigger(NAME, version, 'hook'))
  await flows.publish(flow.id)
  return flow.id
}
const send = (flowId: string, events: unknown[]) => server.call('POST', `/v1/webhooks/${flowId}`, { body: { events } })

test('an event that is delivered again, as after a crash, makes its runs once', async () => {
  await install('1.0.0')
  const flowId = await hookFlow('1.0.0')
  const { db, execution } = server.server
  const { version } = await flows.flow(flowId)
  const payload = JSON.stringify({ body: { events: [{ n: 1, _dedupe_key: 'one' }, { n: 2 }] } })
  const { projectId } = owner
  const event = newRun({ projectId, flowId, flowVersionId: version.id, payload, priority: PRIORITY.medium })
  await execution.triggerEvents.accept(event)
  const before = (await flows.finishedRuns(flowId, 2)).map((run) => run.id).sort()
  const gone = () =>
    eventually(async () => {
      const left = await db.selectFrom('job').select('id').where('id', '=', event.id).executeTakeFirst()
      return left ? undefined : true
    }, 'the end of the event')
  await gone()
  await execution.triggerEvents.accept(event)
  await gone()
  expect((await flows.runs(flowId)).map((run) => run.id).sort()).toEqual(before)
})

test('a large event waits in file storage, reaches its trigger and run whole, and is gone afterwards', async () => {
  await install('1.1.0')
  const flowId = await hookFlow('1.1.0')
  const { db, execution } = server.server
  const { version } = await flows.flow(flowId)
  const text = 'x'.repeat(1_000_000)
  const payload = JSON.stringify({ body: { events: [{ text }] } })
  const { projectId } = owner
  const event = newRun({ projectId, flowId, flowVersionId: version.id, payload, priority: PRIORITY.medium })
  await execution.triggerEvents.accept(event)
  // Its trigger has yet to run in a process of its own.
  const { data } = await db.selectFrom('job').select('data').where('id', '=', event.id).executeTakeFirstOrThrow()
  expect(data?.length).toBeLessThan(1000)
  const [run] = await flows.finishedRuns(flowId, 1)
  const { body } = await server.call<FlowRun>('GET', `/v1/flow-runs/${run?.id}`, { token: owner.token })
  expect(body.steps?.trigger?.output).toEqual({ text })
  const waiting = () => db.selectFrom('file').select('id').where('type', '=', 'WEBHOOK_PAYLOAD').execute()
  await expect.poll(waiting).toEqual([])
})

test('a flow whose trigger is not installed any more shows it in a run and takes no more events', async () => {
  const id = await install('2.0.0')
  const flowId = await hookFlow('2.0.0')
  await server.call('DELETE', `/v1/pieces/${id}`, { token: owner.token })
  expect((await send(flowId, [{ n: 1 }])).status).toBe(200)
  const [run] = await flows.finishedRuns(flowId, 1)
  expect(run).toMatchObject({ status: 'FAILED', failedStep: { name: 'trigger' } })
  expect(run?.failedStep?.message).toContain(`${NAME} 2.0.0 is not installed`)
  await eventually(
    async () => ((await flows.flow(flowId)).status === 'DISABLED' ? true : undefined),
    'the flow disabled',
  )
  expect((await send(flowId, [{ n: 2 }])).status).toBe(404)
})

test('a schedule ticks at the time of day of its zone', async () => {
  const { body: piece } = await server.call<{ version: string }>('GET', '/v1/pieces/@activepieces/piece-schedule')
  const input = { run_on_weekends: true, hour_of_the_day: 9, timezone: 'Asia/Tokyo' }
  const flow = await flows.create(pieceTrigger('@activepieces/piece-schedule', piece.version, 'every_day', input))
  expect(flow.version.valid).toBe(true)
  await flows.publish(flow.id)
  const { db, execution } = server.server
  const job = () => db.selectFrom('job').selectAll().where('kind', '=', 'POLL').executeTakeFirstOrThrow()
  const due = new Date((await job()).dueAt)
  // Nine o'clock in Tokyo, which knows no summer time, is midnight UTC.
  expect([due.getUTCHours(), due.getUTCMinutes()]).toEqual([0, 0])
  expect(due.getTime()).toBeGreaterThan(Date.now())
  await db
    .updateTable('job')
    .set({ dueAt: new Date(Date.now() - 60_000), ready: true })
    .where('kind', '=', 'POLL')
    .execute()
  execution.wake()
  const [run] = await flows.finishedRuns(flow.id, 1)
  expect((await flows.run(run?.id ?? '')).steps?.trigger?.output).toMatchObject({ timezone: 'Asia/Tokyo' })
  const next = await eventually(async () => {
    const row = await job()
    return row.owner === null && new Date(row.dueAt).getTime() > Date.now() ? row : undefined
  }, 'the next tick')
  expect(new Date(next.dueAt).getTime()).toBe(due.getTime())
})
