import type { DayCounts, FlowFailures } from '@piecework/api/run-counts'
import { newId } from '@piecework/model/ids'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flowMaker, webhookTrigger } from '../../../testing/flows.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../../testing/server.ts'

const HOUR_MS = 3_600_000

describe.each(['PGLITE', 'POSTGRES'] as const)('runs are counted on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person

  beforeAll(async () => {
    server = await startTestServerOn(type)
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function addRun(flowId: string, created: Date, status: FlowRunStatus, more: object = {}): Promise<string> {
    const id = newId(created.getTime())
    const { projectId } = owner
    const row = { id, created, projectId, flowId, flowVersionId: 'v', environment: 'PRODUCTION', status } as const
    await server.server.db
      .insertInto('flow_run')
      .values({ ...row, ...more })
      .execute()
    return id
  }
  const get = <Body>(path: string, query: Record<string, string | number>) =>
    server.call<{ data: Body[] }>('GET', `/v1/flow-runs/${path}`, {
      token: owner.token,
      query: { projectId: owner.projectId, ...query },
    })
  /** The day of a time in a zone. */
  const dayIn = (timeZone: string, time: Date) =>
    new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(time)

  test('by day in the zone of who asks, by status, without tests and archived ones', async () => {
    const now = new Date()
    const times = [now, new Date(now.getTime() - 25 * HOUR_MS), new Date(now.getTime() - 49 * HOUR_MS)]
    for (const time of times) {
      await addRun('f1', time, 'SUCCEEDED')
      await addRun('f2', time, 'FAILED')
    }
    await addRun('f1', now, 'SUCCEEDED', { environment: 'TESTING' })
    await addRun('f1', now, 'SUCCEEDED', { archivedAt: now })
    await addRun('f1', new Date(now.getTime() - 30 * 24 * HOUR_MS), 'SUCCEEDED')
    for (const timezone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kathmandu']) {
      const { body } = await get<DayCounts>('count-by-day', { days: 4, timezone })
      expect(body.data.map(({ day }) => day)).toEqual(body.data.map(({ day }) => day).toSorted())
      expect(body.data).toHaveLength(4)
      expect(body.data.at(-1)?.day).toBe(dayIn(timezone, now))
      for (const time of times)
        expect(
          body.data.find(({ day }) => day === dayIn(timezone, time)),
          timezone,
        ).toMatchObject({
          counts: { SUCCEEDED: 1, FAILED: 1 },
        })
    }
    const { body } = await get<DayCounts>('count-by-day', { flowId: 'f1' })
    expect(body.data).toHaveLength(7)
    expect(body.data.at(-1)?.counts).toEqual({ SUCCEEDED: 1 })
    expect((await get('count-by-day', { timezone: 'Mars/Olympus' })).status).toBe(400)
  })

  test('by flow that failed since a time, most failures first', async () => {
    const flow = await flowMaker(server, owner).create(webhookTrigger())
    const since = new Date(Date.now() - HOUR_MS)
    const first = new Date(since.getTime() + 1000)
    await addRun(flow.id, new Date(since.getTime() - 1000), 'FAILED')
    await addRun(flow.id, first, 'FAILED')
    await addRun(flow.id, new Date(since.getTime() + 2000), 'CANCELED')
    await addRun(flow.id, new Date(since.getTime() + 2500), 'SUCCEEDED')
    const last = new Date(since.getTime() + 3000)
    const failedStep = { name: 'step_1', displayName: 'Call', message: 'no answer' }
    const lastRunId = await addRun(flow.id, last, 'TIMEOUT', { failedStep: JSON.stringify(failedStep) })
    await addRun('gone', last, 'INTERNAL_ERROR')
    const { body } = await get<FlowFailures>('failures', { createdAfter: since.toISOString() })
    const found = body.data.filter(({ flowId }) => flowId === flow.id || flowId === 'gone')
    expect(found).toEqual([
      {
        flowId: flow.id,
        displayName: 'A flow',
        count: 2,
        first: first.toISOString(),
        last: last.toISOString(),
        lastRunId,
        lastStatus: 'TIMEOUT',
        failedStep,
      },
      expect.objectContaining({ flowId: 'gone', displayName: null, count: 1, failedStep: null }),
    ])
  })
})
