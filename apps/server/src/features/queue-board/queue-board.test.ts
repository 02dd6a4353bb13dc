import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ AP_QUEUE_UI_USERNAME: 'operator', AP_QUEUE_UI_PASSWORD: 'sésame:open' })
})
afterAll(() => server[Symbol.asyncDispose]())

const get = (path: string, login = 'operator:sésame:open') =>
  fetch(`${server.origin}/api/ui${path}`, {
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
  })

interface Board {
  queues: { name: string; counts: Record<string, number>; jobs: { id: string; name: string; data: object }[] }[]
}
const board = async (status: string): Promise<Board['queues'][number]> => {
  const answer = await get(`/api/queues?activeQueue=workerJobs&status=${status}&page=1&jobsPerPage=10`)
  const { queues } = (await answer.json()) as Board
  const [queue] = queues
  if (!queue) throw new Error(`no queue: ${answer.status}`)
  return queue
}

test('without Redis, too, the dashboard shows what waits, runs, is delayed and failed, and no data of callers', async () => {
  const { db } = server.server
  const later = new Date(Date.now() + 3_600_000)
  const job = (kind: string, changes: object) => ({
    id: newId(),
    kind,
    projectId: 'p',
    priority: 3,
    dueAt: new Date(),
    data: '{"secret":"of a caller"}',
    ready: true,
    ...changes,
  })
  const waiting = job('TRIGGER_EVENT', {})
  const active = job('RUN', { owner: 'somebody', leaseUntil: later })
  const paused = job('RUN', { dueAt: later, ready: false })
  const poll = job('POLL', { dueAt: new Date(Date.now() + 60_000), ready: false, priority: 4 })
  await db.insertInto('job').values([waiting, active, paused, poll]).execute()

  const shown = await board('delayed')
  expect(shown).toMatchObject({ name: 'workerJobs', counts: { waiting: 1, active: 1, delayed: 2, failed: 0 } })
  expect(shown.jobs.map(({ id, name }) => [id, name])).toEqual([
    [poll.id, 'EXECUTE_POLLING'],
    [paused.id, 'DELAYED_FLOW'],
  ])
  expect((await board('waiting')).jobs).toMatchObject([{ id: waiting.id, name: 'EXECUTE_WEBHOOK' }])
  expect((await board('active')).jobs).toMatchObject([
    { id: active.id, name: 'EXECUTE_FLOW', data: { projectId: 'p' } },
  ])
  const one = await get(`/api/queues/workerJobs/${waiting.id}`)
  expect(await one.text()).not.toContain('of a caller')
  // It shows, and changes nothing.
  const promoted = await fetch(`${server.origin}/api/ui/api/queues/workerJobs/${paused.id}/promote`, {
    method: 'PUT',
    headers: { authorization: `Basic ${Buffer.from('operator:sésame:open').toString('base64')}` },
  })
  expect(promoted.status).toBeGreaterThanOrEqual(400)
  expect((await board('delayed')).counts.delayed).toBe(2)
})

test('work whose stored data cannot be read is put aside, takes no other work with it, and is shown with the reason', async () => {
  await using worker = await startTestServer({
    ...{ AP_QUEUE_UI_USERNAME: 'operator', AP_QUEUE_UI_PASSWORD: 'sésame:open' },
    ...{ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' },
  })
  const { db, execution } = worker.server
  const { projectId } = await signUpOwner(worker)
  const jobs = ['TRIGGER_EVENT', 'POLL', 'RENEW', 'OPERATION'].flatMap((kind) =>
    ['{"half', '{"flowId":7}', null].map((data) => ({
      id: newId(),
      kind,
      projectId,
      priority: 3,
      dueAt: new Date(),
      data,
    })),
  )
  const gone = {
    ...{ created: new Date(), flowId: 'f', flowVersionId: 'gone', platformId: 'p', environment: 'PRODUCTION' },
    ...{ parentRunId: null, failParentOnFailure: false, payload: '{}' },
  }
  jobs.push({
    ...jobs[0],
    ...{ id: newId(), kind: 'TRIGGER_EVENT', projectId, priority: 3, dueAt: new Date() },
    data: JSON.stringify(gone),
  })
  await db.insertInto('job').values(jobs).execute()
  execution.wake()
  const waiting = () =>
    db
      .selectFrom('job')
      .select('id')
      .where(
        'id',
        'in',
        jobs.map(({ id }) => id),
      )
      .execute()
  await expect.poll(waiting, { timeout: 60_000 }).toEqual([])
  const answer = await fetch(
    `${worker.origin}/api/ui/api/queues?activeQueue=workerJobs&status=failed&page=1&jobsPerPage=50`,
    { headers: { authorization: `Basic ${Buffer.from('operator:sésame:open').toString('base64')}` } },
  )
  const [queue] = ((await answer.json()) as Board).queues
  expect(queue?.counts.failed).toBe(jobs.length)
  expect(queue?.jobs.map(({ id }) => id).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
  for (const shown of queue?.jobs ?? [])
    expect(shown).toMatchObject({ failedReason: expect.stringMatching(/cannot be read|not found/) })
})

test('the dashboard asks for its user name and password', async () => {
  expect((await fetch(`${server.origin}/api/ui`)).status).toBe(401)
  expect((await get('', 'operator:guess')).status).toBe(401)
  const page = await get('/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
})
