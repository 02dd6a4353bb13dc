import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTokens } from '../../../access/tokens.ts'
import type { Availability } from '../../../database/availability.ts'
import { type Db, openDatabase } from '../../../database/open.ts'
import { createTestPostgres } from '../../../database/testing.ts'
import type { RunOutcome } from '../../../events/runs.ts'
import { createOutbox } from '../../../outbox/outbox.ts'
import { availabilityOf } from '../../../testing/availability.ts'
import { type CutProxy, startCutProxy } from '../../../testing/cut-proxy.ts'
import { createAuthentication } from '../../authentication/service.ts'
import { databaseStorage } from '../../files/storage.ts'
import { createSessionMaker } from '../../sessions/open.ts'
import { newRun } from '../new-run.ts'
import { createRunStore, requeue } from '../store.ts'
import { createWaitpointStore } from '../waitpoints/store.ts'
import { createRunRecorder, type RunRecorder } from './recorder.ts'

let database: Awaited<ReturnType<typeof createTestPostgres>>
let proxy: CutProxy
let db: Db
let availability: Availability
let recorder: RunRecorder
let projectId: string

beforeAll(async () => {
  database = await createTestPostgres()
  const url = new URL(database.url)
  proxy = await startCutProxy(url.hostname, Number(url.port || 5432))
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  db = await openDatabase({
    type: 'POSTGRES',
    connection: url.toString(),
    ssl: false,
    poolSize: 2,
    idleTimeoutMs: 10_000,
  })
  availability = availabilityOf(db)
  recorder = createRunRecorder({
    db,
    availability,
    owner: 'this-app',
    leaseMs: 30_000,
    storage: databaseStorage,
    onResumable: () => {},
    outbox: createOutbox(db),
    log: pino({ level: 'silent' }),
  })
  const account = { email: 'a@example.com', password: 'Correct-horse-7', firstName: 'A', lastName: 'B' }
  const authentication = createAuthentication({
    db,
    tokens: createTokens('secret'),
    sessionMaker: createSessionMaker({ db, tokens: createTokens('secret'), maxHours: 1 }),
    outbox: createOutbox(db),
    events: { emit: async () => {} },
    sendsMail: false,
    log: pino({ level: 'silent' }),
  })
  projectId =
    (
      await authentication.signUp(
        { ...account, trackEvents: false, newsLetter: false },
        { ip: '127.0.0.1', userAgent: undefined },
      )
    ).projectId ?? ''
})
afterAll(async () => {
  availability.close()
  await db.destroy()
  await proxy[Symbol.asyncDispose]()
  await database.drop()
})

const accept = async (): Promise<string> => {
  const run = newRun({ projectId, flowId: newId(), flowVersionId: newId(), payload: '{}', priority: 3 })
  proxy.swallowAnswerTo('insert into flow_run')
  await recorder.accept(run, { claimed: true })
  return run.id
}
const finish = (runId: string, status: RunOutcome['status'], unheard = 'update flow_run') => {
  const finishTime = status === 'PAUSED' ? null : new Date()
  const log = '{"executionState":{"steps":{},"tags":[]}}'
  const outcome = { status, finishTime, failedStep: null, tags: [], stepsCount: 0, log }
  proxy.swallowAnswerTo(unheard)
  return recorder.finish({ runId, attempt: 1, projectId, entries: [], outcome })
}
const statusOf = async (id: string) => (await createRunStore(db).byIds([id]))[0]?.status

test('the end of a run counts, although its commit was not heard of', async () => {
  const id = await accept()
  proxy.swallowAnswerTo('insert into run_journal')
  await recorder.journal({
    runId: id,
    attempt: 1,
    projectId,
    entries: [{ sequence: 1, stepName: 'step_1', path: [], output: '{"type":"CODE","status":"SUCCEEDED","input":{}}' }],
  })
  await finish(id, 'SUCCEEDED')
  expect(await statusOf(id)).toBe('SUCCEEDED')
})

test('a pause that was ended before its writer heard of it does not come back', async () => {
  const id = await accept()
  const paused = finish(id, 'PAUSED', 'commit')
  await expect.poll(() => statusOf(id)).toBe('PAUSED')
  await requeue(db, { id, from: ['PAUSED'], resumePayload: {}, priority: 3 })
  await paused
  expect(await statusOf(id)).toBe('QUEUED')
  expect(await db.selectFrom('job').select('id').where('id', '=', id).execute()).toHaveLength(1)
})

test('a pause whose transaction was cut is written again, with the job of its delay', async () => {
  const id = await accept()
  const resumeDateTime = new Date(Date.now() + 86_400_000).toISOString()
  const at = { flowRunId: id, projectId, stepName: 'step_1', version: 'V1', type: 'DELAY' } as const
  await createWaitpointStore(db).create({ ...at, resumeDateTime })
  await finish(id, 'PAUSED')
  expect(await statusOf(id)).toBe('PAUSED')
  const jobs = await db.selectFrom('job').select(['owner', 'ready']).where('id', '=', id).execute()
  expect(jobs).toEqual([{ owner: null, ready: false }])
})

test('a run that was refused while the database did not answer is taken back, although it was stored', async () => {
  const run = newRun({ projectId, flowId: newId(), flowVersionId: newId(), payload: '{}', priority: 3 })
  proxy.hang()
  const accepted = recorder.accept(run, { claimed: false })
  const refusal = accepted.catch((error: unknown) => error)
  await expect.poll(() => availability.check()).toBe(false)
  expect(await refusal).toMatchObject({ name: 'UnavailableError' })
  await expect(recorder.accept(run, { claimed: false })).rejects.toMatchObject({ name: 'UnavailableError' })
  // Now the database gets to read what was sent to it.
  proxy.goOn()
  await expect.poll(() => availability.fault, { timeout: 10_000 }).toBeUndefined()
  await recorder.flush()
  expect(await statusOf(run.id)).toBeUndefined()
  expect(await db.selectFrom('job').select('id').where('id', '=', run.id).execute()).toEqual([])
})
