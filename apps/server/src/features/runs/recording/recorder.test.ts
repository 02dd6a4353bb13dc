import type { JournalEntry } from '@piecework/engine/protocol'
import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTokens } from '../../../access/tokens.ts'
import { type TestDatabase, testDatabase } from '../../../database/testing.ts'
import type { RunOutcome } from '../../../events/runs.ts'
import { createOutbox } from '../../../outbox/outbox.ts'
import { availabilityOf } from '../../../testing/availability.ts'
import { createAuthentication } from '../../authentication/service.ts'
import { databaseStorage } from '../../files/storage.ts'
import { createSessionMaker } from '../../sessions/open.ts'
import { type NewRun, newRun } from '../new-run.ts'
import { StaleAttemptError } from '../outcome.ts'
import { cancelRuns, createRunStore, type RunStore } from '../store.ts'
import { createWaitpointStore } from '../waitpoints/store.ts'
import { readJournals } from './journal-store.ts'
import { createRunRecorder, type RunRecorder } from './recorder.ts'

describe.each(['PGLITE', 'POSTGRES'] as const)('the recorder of runs on %s', (type) => {
  let fixture: TestDatabase
  let recorder: RunRecorder
  let store: RunStore
  let projectId: string
  /** How often the recorder said that paused runs have jobs. */
  let resumable = 0
  beforeAll(async () => {
    fixture = await testDatabase(type)
    recorder = createRunRecorder({
      db: fixture.db,
      availability: availabilityOf(fixture.db),
      owner: 'this-app',
      leaseMs: 30_000,
      storage: databaseStorage,
      onResumable: () => resumable++,
      outbox: createOutbox(fixture.db),
      log: pino({ level: 'silent' }),
    })
    store = createRunStore(fixture.db)
    projectId = await signUp(fixture)
  })
  afterAll(async () => {
    await recorder.flush()
    await fixture[Symbol.asyncDispose]()
  })

  const make = (more: Partial<NewRun> = {}) =>
    newRun({ projectId, flowId: newId(), flowVersionId: newId(), payload: '{"a":1}', priority: 3, ...more })
  const entry = (sequence: number, output: unknown = sequence): JournalEntry => ({
    sequence,
    stepName: `step_${sequence}`,
    path: [],
    output: JSON.stringify({ type: 'CODE', status: 'SUCCEEDED', input: {}, output }),
  })
  const outcome = (status: RunOutcome['status'], log = '{"executionState":{"steps":{},"tags":[]}}'): RunOutcome => ({
    status,
    finishTime: status === 'PAUSED' ? null : new Date(),
    failedStep: null,
    tags: [],
    stepsCount: 1,
    log,
  })
  const journal = ({ id }: NewRun, attempt: number, ...entries: JournalEntry[]) =>
    recorder.journal({ runId: id, attempt, projectId, entries })
  const finish = (
    { id }: NewRun,
    attempt: number,
    end: RunOutcome = outcome('SUCCEEDED'),
    ...entries: JournalEntry[]
  ) => recorder.finish({ runId: id, attempt, projectId, entries, outcome: end })
  const stored = async ({ id }: NewRun) => (await store.byIds([id]))[0]
  const jobOf = ({ id }: NewRun) => fixture.db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
  const journalOf = async ({ id }: NewRun) =>
    (await readJournals(fixture.db, [id])).get(id)?.map(({ stepName }) => stepName)
  const logOf = async (run: NewRun) => {
    const { logsFileId } = (await stored(run)) ?? {}
    return fixture.db
      .selectFrom('file')
      .selectAll()
      .where('id', '=', logsFileId ?? '')
      .executeTakeFirst()
  }
  /** Another worker has it now. */
  const takeOver = ({ id }: NewRun) =>
    fixture.db.updateTable('flow_run').set({ attempt: 2, status: 'RUNNING' }).where('id', '=', id).execute()

  test('an accepted run waits in the line, or is held by who took it', async () => {
    const [waits, taken] = [make(), make()]
    await Promise.all([recorder.accept(waits, { claimed: false }), recorder.accept(taken, { claimed: true })])
    expect(await stored(waits)).toMatchObject({ status: 'QUEUED', attempt: 0, payload: '{"a":1}', startTime: null })
    expect(await jobOf(waits)).toMatchObject({ owner: null, leaseUntil: null })
    expect(await stored(taken)).toMatchObject({ status: 'RUNNING', attempt: 1, startTime: expect.any(String) })
    expect(await jobOf(taken)).toMatchObject({ owner: 'this-app', leaseUntil: expect.any(String) })
    await recorder.accept({ ...waits, payload: 'again' }, { claimed: false })
    expect((await stored(waits))?.payload).toBe('{"a":1}')
  })

  test('the end of a run leaves its log, and neither job nor journal nor payload', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    await journal(run, 1, entry(1), entry(2))
    expect(await journalOf(run)).toEqual(['step_1', 'step_2'])
    const failedStep = { name: 'step_1', displayName: 'nul \u0000', message: 'half \ud800' }
    await finish(run, 1, { ...outcome('FAILED'), failedStep, tags: ['a', 'b'] })
    expect(await stored(run)).toMatchObject({
      status: 'FAILED',
      tags: ['a', 'b'],
      payload: null,
      failedStep: { name: 'step_1', displayName: 'nul ' },
    })
    expect(await logOf(run)).toMatchObject({ type: 'FLOW_RUN_LOG', compression: 'NONE' })
    expect([await jobOf(run), await journalOf(run)]).toEqual([undefined, undefined])
  })

  test('journal entries are stored once, however often they are written', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    await journal(run, 1, entry(1))
    await journal(run, 1, entry(1))
    await journal(run, 1, entry(1), entry(2))
    await Promise.all([journal(run, 1, entry(2)), journal(run, 1, entry(3)), journal(run, 1, entry(3))])
    expect(await journalOf(run)).toEqual(['step_1', 'step_2', 'step_3'])
  })

  test('an attempt that is not the current one writes nothing', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    await journal(run, 1, entry(1))
    await takeOver(run)
    const fine = make()
    await recorder.accept(fine, { claimed: true })
    const results = await Promise.allSettled([
      journal(run, 1, entry(2)),
      journal(fine, 1, entry(1)),
      finish(run, 1, outcome('FAILED')),
      finish(fine, 1),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StaleAttemptError)
    expect([await journalOf(run), (await stored(run))?.status]).toEqual([['step_1'], 'RUNNING'])
    expect((await stored(fine))?.status).toBe('SUCCEEDED')
    await journal(run, 2, entry(1, 'of the second'))
    await finish(run, 2)
    await expect(journal(run, 2, entry(2))).rejects.toThrow(StaleAttemptError)
    await expect(finish(run, 2, outcome('FAILED'))).rejects.toThrow(StaleAttemptError)
    expect((await stored(run))?.status).toBe('SUCCEEDED')
  })

  test('a canceled run takes no more writes, and keeps what it knew', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    await journal(run, 1, entry(1))
    expect(await cancelRuns(fixture.db, projectId, [run.id])).toMatchObject([{ id: run.id }])
    await expect(journal(run, 1, entry(2))).rejects.toThrow(StaleAttemptError)
    await expect(finish(run, 1)).rejects.toThrow(StaleAttemptError)
    expect(await stored(run)).toMatchObject({ status: 'CANCELED', payload: '{"a":1}' })
    expect([await journalOf(run), await jobOf(run)]).toEqual([['step_1'], undefined])
    expect(await cancelRuns(fixture.db, projectId, [run.id])).toEqual([])
    expect(await cancelRuns(fixture.db, newId(), [run.id])).toEqual([])
  })

  test('what cannot be written takes nothing else of its batch along', async () => {
    const homeless = make({ projectId: newId() })
    const [one, two] = [make(), make()]
    const results = await Promise.allSettled([
      recorder.accept(one, { claimed: true }),
      recorder.accept(homeless, { claimed: true }),
      recorder.accept(two, { claimed: false }),
      journal(one, 1, entry(1)),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect([(await stored(one))?.status, await stored(homeless), (await stored(two))?.status]).toEqual([
      'RUNNING',
      undefined,
      'QUEUED',
    ])
    expect(await journalOf(one)).toEqual(['step_1'])
  })

  describe('a run that is recorded behind its execution', () => {
    test('comes with its end, when that is its first write', async () => {
      const run = make()
      recorder.acceptBehind(run)
      await finish(run, 1, outcome('SUCCEEDED'), entry(1))
      expect(await stored(run)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, payload: null })
      expect(await logOf(run)).toBeDefined()
      expect([await jobOf(run), await journalOf(run)]).toEqual([undefined, undefined])
      await recorder.flush()
      expect((await stored(run))?.status).toBe('SUCCEEDED')
      await expect(finish(run, 1, outcome('FAILED'))).rejects.toThrow(StaleAttemptError)
    })

    test('comes with its first awaited step', async () => {
      const run = make()
      recorder.acceptBehind(run)
      await journal(run, 1, entry(1))
      expect(await stored(run)).toMatchObject({ status: 'RUNNING', payload: '{"a":1}' })
      expect([await journalOf(run), (await jobOf(run))?.owner]).toEqual([['step_1'], 'this-app'])
      await finish(run, 1)
      expect((await stored(run))?.status).toBe('SUCCEEDED')
    })

    test('comes by itself after a while, or when somebody looks', async () => {
      const [first, second] = [make(), make()]
      recorder.acceptBehind(first)
      await recorder.flush()
      expect((await stored(first))?.status).toBe('RUNNING')
      recorder.acceptBehind(second)
      await expect.poll(async () => (await stored(second))?.status).toBe('RUNNING')
    })

    test('is recorded also in a batch with one that cannot be', async () => {
      const [homeless, goes, ends] = [make({ projectId: newId() }), make(), make()]
      for (const run of [homeless, goes, ends]) recorder.acceptBehind(run)
      const results = await Promise.allSettled([
        journal(goes, 1, entry(1)),
        finish(homeless, 1),
        finish(ends, 1),
        journal(goes, 1, entry(2)),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
      expect([(await stored(goes))?.status, (await stored(ends))?.status]).toEqual(['RUNNING', 'SUCCEEDED'])
      expect([await journalOf(goes), await jobOf(ends)]).toEqual([['step_1', 'step_2'], undefined])
      await finish(goes, 1)
      expect((await stored(goes))?.status).toBe('SUCCEEDED')
    })

    test('is forgotten when it turns out to be none', async () => {
      const [unstored, known] = [make(), make()]
      recorder.acceptBehind(unstored)
      await recorder.discard({ runId: unstored.id, attempt: 1 })
      recorder.acceptBehind(known)
      await recorder.flush()
      await recorder.discard({ runId: known.id, attempt: 1 })
      await recorder.flush()
      expect([await stored(unstored), await stored(known), await jobOf(known)]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    })
  })

  test('a pause keeps the run open: it goes on in a new attempt, and its one log grows', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    await finish(run, 1, outcome('PAUSED', '{"first":1}'))
    expect(await stored(run)).toMatchObject({ status: 'PAUSED', finishTime: null })
    const before = (await stored(run))?.logsFileId
    await takeOver(run)
    const log = `{"second":"${'x'.repeat(10_000)}"}`
    await finish(run, 2, outcome('SUCCEEDED', log))
    expect(await stored(run)).toMatchObject({ status: 'SUCCEEDED', logsFileId: before })
    expect((await logOf(run))?.compression).toBe('ZSTD')
    expect((await logOf(run))?.size).toBeLessThan(1000)
  })

  test('a pause and what resumes it are one commit', async () => {
    const waitpoints = createWaitpointStore(fixture.db)
    const waiting = async (type: 'DELAY' | 'WEBHOOK', resumeDateTime?: Date) => {
      const run = make()
      await recorder.accept(run, { claimed: true })
      const waitpointId = await waitpoints.create({
        flowRunId: run.id,
        projectId,
        stepName: 'step_1',
        type,
        version: 'V1',
        ...(resumeDateTime ? { resumeDateTime: resumeDateTime.toISOString() } : {}),
      })
      return { run, waitpointId: waitpointId ?? '' }
    }
    const later = new Date(Date.now() + 86_400_000)
    const [delayed, over, asked, answered] = [
      await waiting('DELAY', later),
      await waiting('DELAY', new Date(0)),
      await waiting('WEBHOOK'),
      await waiting('WEBHOOK'),
    ]
    const payload = { body: { yes: true }, headers: {}, queryParams: {} }
    const signal = { runId: answered.run.id, waitpointId: answered.waitpointId, payload }
    expect(await waitpoints.signal(signal)).toBe('KEPT')
    const before = resumable
    await Promise.all([delayed, over, asked, answered].map(({ run }) => finish(run, 1, outcome('PAUSED'))))
    expect(resumable).toBeGreaterThan(before)
    expect(await jobOf(delayed.run)).toMatchObject({ owner: null, leaseUntil: null, ready: false })
    expect(new Date((await jobOf(delayed.run))?.dueAt ?? 0)).toEqual(later)
    expect(await jobOf(over.run)).toMatchObject({ owner: null, ready: true })
    expect([await jobOf(asked.run), (await stored(asked.run))?.status]).toEqual([undefined, 'PAUSED'])
    expect(await jobOf(answered.run)).toMatchObject({ owner: null, ready: true })
    expect(await stored(answered.run)).toMatchObject({ status: 'QUEUED', resumePayload: payload })
    expect(await waitpoints.settlePauses()).toBe(0)
  })

  test('a resume without its job, and a pause without the job of its delay, are not stored', async () => {
    const waitpoints = createWaitpointStore(fixture.db)
    const waiting = make()
    const delayed = make()
    for (const run of [waiting, delayed]) await recorder.accept(run, { claimed: true })
    const at = { projectId, stepName: 'step_1', version: 'V1' } as const
    const waitpointId = (await waitpoints.create({ ...at, flowRunId: waiting.id, type: 'WEBHOOK' })) ?? ''
    const resumeDateTime = new Date(Date.now() + 86_400_000).toISOString()
    await waitpoints.create({ ...at, flowRunId: delayed.id, type: 'DELAY', resumeDateTime })
    await finish(waiting, 1, outcome('PAUSED'))
    const signal = { runId: waiting.id, waitpointId, payload: { body: {}, headers: {}, queryParams: {} } }
    const ids = sql.lit(`{${waiting.id},${delayed.id}}`)
    await sql`alter table job add constraint no_job check (id <> all (${ids}::text[])) not valid`.execute(fixture.db)
    await expect(waitpoints.signal(signal)).rejects.toThrow('no_job')
    await expect(finish(delayed, 1, outcome('PAUSED'))).rejects.toThrow('no_job')
    await sql`alter table job drop constraint no_job`.execute(fixture.db)
    expect([(await stored(waiting))?.status, (await stored(delayed))?.status]).toEqual(['PAUSED', 'RUNNING'])
    expect((await jobOf(delayed))?.owner).toBe('this-app')
    expect(await waitpoints.signal(signal)).toBe('RESUMED')
    expect(await jobOf(waiting)).toBeDefined()
    await finish(delayed, 1, outcome('PAUSED'))
    expect((await jobOf(delayed))?.owner).toBeNull()
  })

  test('large outputs are in files of their own before the step counts as done', async () => {
    const run = make()
    await recorder.accept(run, { claimed: true })
    const fileId = newId()
    await journal(run, 1, { ...entry(1), slice: { fileId, data: JSON.stringify('y'.repeat(50_000)) } })
    const file = await fixture.db.selectFrom('file').selectAll().where('id', '=', fileId).executeTakeFirst()
    expect(file).toMatchObject({ projectId, type: 'FLOW_RUN_LOG_SLICE', compression: 'ZSTD' })
  })
})

async function signUp({ db }: TestDatabase): Promise<string> {
  const authentication = createAuthentication({
    db,
    tokens: createTokens('secret'),
    sessionMaker: createSessionMaker({ db, tokens: createTokens('secret'), maxHours: 1 }),
    outbox: createOutbox(db),
    events: { emit: async () => {} },
    sendsMail: false,
    log: pino({ level: 'silent' }),
  })
  const { projectId } = await authentication.signUp(
    {
      email: 'a@example.com',
      password: 'Correct-horse-7',
      firstName: 'A',
      lastName: 'B',
      trackEvents: false,
      newsLetter: false,
    },
    { ip: '127.0.0.1', userAgent: undefined },
  )
  if (projectId === null) throw new Error('no project')
  return projectId
}
