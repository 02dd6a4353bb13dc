import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/server.ts'

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

test('the dashboard asks for its user name and password', async () => {
  expect((await fetch(`${server.origin}/api/ui`)).status).toBe(401)
  expect((await get('', 'operator:guess')).status).toBe(401)
  const page = await get('/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
})
