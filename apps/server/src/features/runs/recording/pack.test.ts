import { randomBytes } from 'node:crypto'
import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunOutcome } from '../../../events/runs.ts'
import { loadSettings } from '../../../settings.ts'
import { availabilityOf } from '../../../testing/availability.ts'
import { startTestBucket, type TestBucket } from '../../../testing/s3.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../../testing/server.ts'
import { openStorage } from '../../files/open-storage.ts'
import { createFiles } from '../../files/service.ts'
import { newRun } from '../new-run.ts'
import { createRunLogs } from '../showing/logs.ts'
import { createRunStore } from '../store.ts'
import { createRunRecorder } from './recorder.ts'

const log = pino({ level: 'silent' })
let bucket: TestBucket
let server: TestServer
let projectId: string

beforeAll(async () => {
  bucket = await startTestBucket()
  server = await startTestServer()
  projectId = (await signUpOwner(server)).projectId
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await bucket?.[Symbol.asyncDispose]()
})

/** Does not get smaller by compression. */
const large = () => randomBytes(60_000).toString('base64')

async function start(env: Record<string, string>) {
  const { db } = server.server
  const storage = await openStorage(loadSettings({ ...bucket.env, ...env }).settings, log)
  const recorder = createRunRecorder({
    db,
    availability: availabilityOf(db),
    owner: 'this-app',
    leaseMs: 30_000,
    storage,
    onResumable: () => {},
    outbox: server.server.outbox,
    log,
  })
  const run = newRun({ projectId, flowId: newId(), flowVersionId: newId(), payload: '{}', priority: 3 })
  await recorder.accept(run, { claimed: true })
  const finish = (attempt: number, status: RunOutcome['status'], text: string) => {
    const outcome = { status, finishTime: null, failedStep: null, tags: [], stepsCount: 0, log: JSON.stringify(text) }
    return recorder.finish({ runId: run.id, attempt, projectId, entries: [], outcome })
  }
  const readLog = async () => {
    const [stored] = await createRunStore(db).byIds([run.id])
    const files = createFiles({ db, storage })
    const runLogs = createRunLogs({ readMany: (projectId, ids) => files.readMany({ projectId }, ids) })
    const text = stored && (await runLogs.readText(stored))
    return JSON.parse(text ?? 'null')
  }
  const logs = async () => (await bucket.keys()).filter((key) => key.startsWith(`${projectId}/FLOW_RUN_LOG/`))
  return { db, run, recorder, finish, readLog, logs }
}

test('large logs and outputs go to the bucket; the log of a resumed run takes the place of its earlier one', async () => {
  const { db, run, recorder, finish, readLog, logs } = await start({})
  const slice = { fileId: newId(), data: large() }
  const entry = { sequence: 1, stepName: 'step_1', path: [], output: '{}', slice }
  // The second is not stored before the first, whose output has to be put away.
  const entries = [entry, { sequence: 2, stepName: 'step_2', path: [], output: '{}' }]
  await Promise.all(entries.map((each) => recorder.journal({ runId: run.id, attempt: 1, projectId, entries: [each] })))
  const file = await db.selectFrom('file').selectAll().where('id', '=', slice.fileId).executeTakeFirstOrThrow()
  expect(file).toMatchObject({ location: 'S3', data: null, type: 'FLOW_RUN_LOG_SLICE' })
  expect(await bucket.keys()).toContain(file.s3Key)

  const [first, second] = [large(), large()]
  await finish(1, 'PAUSED', first)
  expect(await readLog()).toBe(first)
  const [key] = await logs()
  await db.updateTable('flow_run').set({ attempt: 2, status: 'RUNNING' }).where('id', '=', run.id).execute()
  await finish(2, 'SUCCEEDED', second)
  expect(await readLog()).toBe(second)
  await expect.poll(logs).toEqual([expect.not.stringMatching(key ?? '')])
})

test('a small log stays in the database, and so does every one while the bucket cannot be reached', async () => {
  const small = await start({})
  const lost = await start({ AP_S3_ENDPOINT: 'http://127.0.0.1:1' })
  const before = await small.logs()
  await small.finish(1, 'SUCCEEDED', 'small')
  expect(await small.readLog()).toBe('small')
  const text = large()
  await lost.finish(1, 'SUCCEEDED', text)
  expect(await lost.readLog()).toBe(text)
  expect(await small.logs()).toEqual(before)
})
