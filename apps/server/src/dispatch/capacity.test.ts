import { newId } from '@piecework/model/ids'
import type { TaskOutcome } from '@piecework/worker/task'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBus } from '../bus/bus.ts'
import { createMemoryHub } from '../bus/memory.ts'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { PRIORITY } from '../queue/job.ts'
import { createQueue, type Queue } from '../queue/queue.ts'
import { eventually } from '../testing/flows.ts'
import { createBuckets } from './dispatcher.ts'
import { createLane } from './lane.ts'
import type { OperationRequest } from './operations.ts'
import { createOperationRelay } from './relay.ts'
import type { WorkerLink, WorkItem } from './work.ts'

const MB = 1024 * 1024
const log = pino({ level: 'silent' })
const FULL = expect.objectContaining({ code: 'SANDBOX_CAPACITY_EXCEEDED', statusCode: 429 })

let fixture: TestDatabase
let queue: Queue
beforeAll(async () => {
  fixture = await testDatabase('POSTGRES')
  queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const busyLane = () => {
  const none = async () => []
  const lane = createLane({
    ...{ group: null, queue, owner: 'here', leaseMs: 30_000, buckets: createBuckets(), log },
    handlers: { RUN: none, OPERATION: none, TRIGGER_EVENT: none, POLL: none, RENEW: none, SYSTEM: none },
    others: () => false,
    stopped: () => false,
    retired: () => false,
    giveBack: async () => {},
    mayBegin: () => true,
    isActive: () => false,
    supersede() {},
    begin: ({ start }, link) => start(link),
  })
  lane.attach({ id: 'link', group: null, concurrency: 0, execute: () => ({ outcome: Promise.race([]), cancel() {} }) })
  return lane
}
const item = (bytes?: number): WorkItem => ({
  ...{ id: newId(), projectId: 'p', priority: PRIORITY.high, leased: false, bucket: null },
  ...(bytes === undefined ? {} : { bytes }),
  start: () => ({ left: Promise.race([]), done: Promise.race([]), cancel() {} }),
})

test('calls that wait for a worker hold 256 MB at most; one alone may be larger', () => {
  const lane = busyLane()
  const first = item(300 * MB)
  lane.submit(first)
  expect(() => lane.submit(item(1))).toThrow(FULL)
  lane.drop(first.id)
  const halves = [item(128 * MB), item(128 * MB)]
  for (const half of halves) lane.submit(half)
  expect(() => lane.submit(item(1))).toThrow(FULL)
  lane.drop(halves[0]?.id ?? '')
  lane.submit(item(1))
})

test('no more than 10,000 calls wait for a worker', () => {
  const lane = busyLane()
  for (let i = 0; i < 10_000; i++) lane.submit(item())
  expect(() => lane.submit(item())).toThrow(FULL)
})

const request = (payload = '{}'): OperationRequest => ({
  operation: {
    ...{ type: 'EXECUTE_TRIGGER_HOOK', hook: 'RUN', projectId: 'p', platformId: 'q', engineToken: '', flowId: 'f' },
    ...{ webhookUrl: '', payload, simulate: false, appWebhook: null },
  },
  timeoutMs: 1,
})
const relayOf = async (limits: { waiting: number; bytes: number }) => {
  const hub = createMemoryHub()
  const bus = await createBus({ appId: newId(), log, open: (events) => hub.open('app', events) })
  return createOperationRelay({ db: fixture.db, queue, owner: 'here', bus, wake: () => {}, limits, log })
}
/** Takes the oldest operation and has a worker answer it. */
const answerOne = async (relay: Awaited<ReturnType<typeof relayOf>>) => {
  // It may be on its way to the queue still.
  const jobs = await eventually(async () => {
    const claim = await queue.claim({ owner: 'here', limit: 1, leaseMs: 30_000, group: null })
    return claim.jobs.length > 0 ? claim.jobs : undefined
  }, 'an operation')
  const [work] = await relay.handler(jobs)
  const outcome: TaskOutcome = {
    kind: 'RESULT',
    message: {
      ...{ kind: 'result', operationId: 1, entries: [], stepsEnded: 0, response: null },
      result: { type: 'EXECUTE_VALIDATE_AUTH', valid: true },
    },
  }
  const link: WorkerLink = {
    ...{ id: 'link', group: null, concurrency: 1 },
    execute: () => ({ outcome: Promise.resolve(outcome), cancel() {} }),
  }
  await work?.start(link).done
}

test('callers whose operations wait for another app are bounded, and those beyond are asked to come back', async () => {
  const relay = await relayOf({ waiting: 2, bytes: 1000 })
  const [first, second] = [relay.ask(request()), relay.ask(request())]
  await expect(relay.ask(request())).rejects.toEqual(FULL)
  // A worker that came to this app meanwhile answers, too.
  for (let i = 0; i < 2; i++) await answerOne(relay)
  for (const asked of [first, second]) expect(await asked).toEqual({ type: 'EXECUTE_VALIDATE_AUTH', valid: true })
  const large = relay.ask(request('x'.repeat(2000)))
  await expect(relay.ask(request())).rejects.toEqual(FULL)
  await answerOne(relay)
  await large
})
