import { newId } from '@piecework/model/ids'
import type { CreateWaitpointRequest } from '@piecework/model/run/waitpoint'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../database/testing.ts'
import { createOutbox } from '../../outbox/outbox.ts'
import { createWaitpointStore } from '../runs/waitpoints/store.ts'
import { createUpkeep } from './service.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe.each(['PGLITE', 'POSTGRES'] as const)('upkeep on %s', (type) => {
  let fixture: TestDatabase
  let projectId: string
  const now = new Date()
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS)

  beforeAll(async () => {
    fixture = await testDatabase(type)
    projectId = await createProject()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const tick = () => {
    const { db } = fixture
    return createUpkeep({
      clock: { now: () => Date.now(), running: () => performance.now() },
      db,
      outbox: createOutbox(db),
      storage: { remove: async () => {} },
      retentionDays: 30,
      pausedDays: 30,
      quietMs: 60_000,
      settle: () => createWaitpointStore(db).settlePauses(),
      onEnded: async () => {},
      reconcileTriggers: async () => 0,
      tidyDatabase: async () => {},
      wake: () => {},
      log: pino({ level: 'silent' }),
    }).tick(now)
  }

  test('files of old executions go, their runs stay; what is young or still paused keeps its files', async () => {
    const old = await createRun('SUCCEEDED', ago(31))
    const young = await createRun('SUCCEEDED', ago(29))
    const paused = await createRun('PAUSED', ago(29), ago(31))
    await tick()
    expect(await runOf(old)).toMatchObject({ status: 'SUCCEEDED', logsFileId: null })
    expect((await runOf(young)).logsFileId).not.toBeNull()
    expect((await runOf(paused)).logsFileId).not.toBeNull()
    const files = await fixture.db.selectFrom('file').select('id').execute()
    expect(files).toHaveLength(2)
  })

  test('a run that lost its job gets one; one that changed just now is left alone', async () => {
    const lost = await createRun('QUEUED', ago(1))
    const fresh = await createRun('QUEUED', now)
    await tick()
    const jobs = await fixture.db.selectFrom('job').select('id').where('id', 'in', [lost, fresh]).execute()
    expect(jobs).toEqual([{ id: lost }])
  })

  test('a run that nobody resumed in time is over, and its link is stale', async () => {
    const id = await createRun('PAUSED', ago(31))
    const store = createWaitpointStore(fixture.db)
    const waitpointId = (await waitFor(id, {})) ?? ''
    const delayed = await createRun('PAUSED', ago(31))
    await waitFor(delayed, { type: 'DELAY', resumeDateTime: ago(1).toISOString() })
    await tick()
    // A delay that ends late, because the server was down, is no reason to give up.
    expect((await runOf(delayed)).status).toBe('PAUSED')
    expect(await runOf(id)).toMatchObject({
      status: 'TIMEOUT',
      failedStep: { message: expect.stringContaining('30 days') },
    })
    const payload = { body: {}, headers: {}, queryParams: {} }
    expect(await store.signal({ runId: id, waitpointId, isLegacy: false, payload })).toBe('STALE')
  })

  test('files of steps stay while a run of their project is open that may have made them', async () => {
    const { db } = fixture
    const other = await createProject()
    const add = async (type: 'FLOW_RUN_LOG_SLICE' | 'FLOW_STEP_FILE' | 'FLOW_FILE', of: string) => {
      const id = newId()
      const times = { created: ago(31), updated: ago(31) }
      await db
        .insertInto('file')
        .values({ id, projectId: of, type, data: new Uint8Array([1]), ...times })
        .execute()
      return id
    }
    const paused = await createRun('PAUSED', ago(3), ago(3), { created: ago(32) })
    await waitFor(paused, {})
    const kept = [await add('FLOW_RUN_LOG_SLICE', projectId), await add('FLOW_STEP_FILE', projectId)]
    // Flows that read it may still run.
    kept.push(await add('FLOW_FILE', other))
    const gone = [await add('FLOW_RUN_LOG_SLICE', other), await add('FLOW_STEP_FILE', other)]
    await tick()
    const left = await db
      .selectFrom('file')
      .select('id')
      .where('id', 'in', [...kept, ...gone])
      .execute()
    expect(left.map(({ id }) => id).toSorted()).toEqual(kept.toSorted())
    await db.updateTable('flow_run').set({ status: 'CANCELED' }).where('id', '=', paused).execute()
  })

  test('what canceled runs kept for a retry goes with their retention', async () => {
    const { db } = fixture
    const keep = async (changed: Date) => {
      const id = await createRun('CANCELED', changed, changed, { payload: '{}', id: newId(changed.getTime()) })
      await db
        .insertInto('run_journal')
        .values({ runId: id, attempt: 1, sequence: 1, stepName: 'step_1', path: '[]', output: '{}' })
        .execute()
      return id
    }
    const old = await keep(ago(31))
    const young = await keep(ago(29))
    await tick()
    expect([(await runOf(old)).payload, (await runOf(young)).payload]).toEqual([null, '{}'])
    const journals = await db.selectFrom('run_journal').select('runId').where('runId', 'in', [old, young]).execute()
    expect(journals).toEqual([{ runId: young }])
  })

  test('operations on flows are kept for a week', async () => {
    const { db } = fixture
    const flowId = newId()
    await db.insertInto('flow').values({ id: flowId, projectId, externalId: flowId, revision: 2 }).execute()
    const kept = { flowId, flowVersionId: newId(), type: 'CHANGE_NAME', touched: ['name'], size: 0 }
    for (const [revision, days] of [
      [1, 8],
      [2, 6],
    ] as const)
      await db
        .insertInto('flow_operation')
        .values({ ...kept, revision, created: ago(days) })
        .execute()
    await tick()
    expect(await db.selectFrom('flow_operation').select('revision').execute()).toEqual([{ revision: 2 }])
  })

  const waitFor = (flowRunId: string, more: Partial<CreateWaitpointRequest>) =>
    createWaitpointStore(fixture.db).create({
      flowRunId,
      projectId,
      stepName: 'step_1',
      type: 'WEBHOOK',
      version: 'V1',
      ...more,
    })

  const runOf = (id: string) =>
    fixture.db.selectFrom('flow_run').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

  async function createRun(
    status: 'SUCCEEDED' | 'PAUSED' | 'QUEUED' | 'CANCELED',
    updated: Date,
    fileUpdated = updated,
    more: { id?: string; created?: Date; payload?: string } = {},
  ): Promise<string> {
    const id = more.id ?? newId()
    const logsFileId = newId()
    const { db } = fixture
    await db
      .insertInto('file')
      .values({
        id: logsFileId,
        projectId,
        type: 'FLOW_RUN_LOG',
        data: new Uint8Array([1]),
        created: fileUpdated,
        updated: fileUpdated,
      })
      .execute()
    await db
      .insertInto('flow_run')
      .values({
        id,
        projectId,
        flowId: newId(),
        flowVersionId: newId(),
        environment: 'PRODUCTION',
        status,
        logsFileId,
        created: updated,
        updated,
        finishTime: status === 'PAUSED' || status === 'QUEUED' ? null : updated,
        ...more,
      })
      .execute()
    return id
  }

  async function createProject(): Promise<string> {
    const { db } = fixture
    const id = newId()
    await db
      .insertInto('user_identity')
      .values({ id, email: `${id}@example.com`, password: '', firstName: 'a', lastName: 'b', provider: 'EMAIL' })
      .execute()
    await db.insertInto('user').values({ id, identityId: id, status: 'ACTIVE', platformRole: 'ADMIN' }).execute()
    await db
      .insertInto('platform')
      .values({ id, ownerId: id, name: 'p', primaryColor: '', logoIconUrl: '', fullLogoUrl: '', favIconUrl: '' })
      .execute()
    await db
      .insertInto('project')
      .values({ id, ownerId: id, displayName: 'p', type: 'PERSONAL', platformId: id, icon: '{"color":"RED"}' })
      .execute()
    return id
  }
})
