import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@piecework/model/ids'
import type { FlowRun } from '@piecework/model/run/run'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '../../../testing/flows.ts'
import { pieceArchive } from '../../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../../testing/server.ts'

/** How runs end when something other than their steps goes wrong, and how they get over it. */
const DAY_MS = 24 * 60 * 60 * 1000
const PIECE = '@acme/piece-picky'
/** Its trigger refuses events until the file that they name is there. */
const source = `
  import { existsSync } from 'node:fs'
  import { createPiece, createTrigger, PieceAuth, TriggerStrategy } from '@piecework/framework'
  const picky = createTrigger({ name: 'picky', displayName: 'Picky', description: '', type: TriggerStrategy.WEBHOOK,
    auth: PieceAuth.None(), props: {}, sampleData: null, async onEnable() {}, async onDisable() {},
    async run({ payload }) { if (!existsSync(payload.body.file)) throw new Error('not yet'); return [{ n: payload.body.n }] } })
  export const piece = createPiece({ displayName: 'Picky', logoUrl: 'https://x.test/l.svg', authors: [], description: '',
    auth: PieceAuth.None(), actions: [], triggers: [picky] })`

describe.each(['PGLITE', 'POSTGRES'] as const)('ends of runs on %s', (type) => {
  let server: TestServer
  let owner: Person
  let flows: ReturnType<typeof flowMaker>
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'piecework-ends-'))
    server = await startTestServerOn(type, { AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '2' })
    owner = await signUpOwner(server)
    flows = flowMaker(server, owner)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const approvalLinks = (name: string) =>
    pieceAction(name, '@activepieces/piece-approval', '0.1.19', 'create_approval_links')
  const approval = (name: string) => pieceAction(name, '@activepieces/piece-approval', '0.1.19', 'wait_for_approval')
  const pausedRun = async (...before: { name: string }[]) => {
    const flow = await flows.create(webhookTrigger(), [...before, approvalLinks('step_8'), approval('step_9')])
    await flows.publish(flow.id)
    await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
    const run = await eventually(
      async () => (await flows.runs(flow.id)).find(({ status }) => status === 'PAUSED'),
      'the pause',
    )
    return flows.run(run.id)
  }
  const resume = (run: FlowRun) => {
    const { pathname, search } = new URL(Object(run.steps?.step_8?.output).approvalLink)
    return server.call('POST', pathname.replace('/api', '') + search)
  }
  const retry = (id: string, strategy: string) =>
    server.call<FlowRun>('POST', `/v1/flow-runs/${id}/retry`, { token: owner.token, body: { strategy } })
  const bulk = async (action: string, body: object) =>
    (
      await server.call('POST', `/v1/flow-runs/${action}`, {
        token: owner.token,
        body: { projectId: owner.projectId, ...body },
      })
    ).body

  test('a run whose trigger failed has what it came with, for either way to try again', async () => {
    const form = new FormData()
    const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: PIECE, pieceVersion: '1.0.0' }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(PIECE, '1.0.0', source))]), 'piece.tgz')
    expect((await server.call('POST', '/v1/pieces', { token: owner.token, body: form })).status).toBe(201)
    const flow = await flows.create(pieceTrigger(PIECE, '1.0.0', 'picky'), [
      codeAction('step_1', 'export const code = async ({ n }) => n * 2', { n: '{{trigger.n}}' }),
    ])
    await flows.publish(flow.id)
    const file = join(folder, 'there')
    await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: { n: 21, file } })
    const [run] = await flows.finishedRuns(flow.id, 1)
    const failed = await flows.run(run?.id ?? '')
    expect(failed).toMatchObject({ status: 'FAILED', failedStep: { name: 'trigger' } })
    await appendFile(file, '')
    const again = await retry(failed.id, 'ON_LATEST_VERSION')
    expect(again.body.id).not.toBe(failed.id)
    for (const id of [again.body.id, (await retry(failed.id, 'FROM_FAILED_STEP')).body.id])
      expect(await flows.finished(id)).toMatchObject({
        status: 'SUCCEEDED',
        steps: { trigger: { output: { n: 21 } }, step_1: { output: 42 } },
      })
  })

  test('a run that is lost with its server at every start is given up, and says so', async () => {
    const run = await pausedRun()
    const { db, execution } = server.server
    await db.updateTable('flow_run').set({ status: 'QUEUED' }).where('id', '=', run.id).execute()
    await db
      .insertInto('job')
      .values({ id: run.id, kind: 'RUN', projectId: owner.projectId, priority: 3, dueAt: new Date(), lost: 30 })
      .execute()
    execution.wake()
    const ended = await flows.finished(run.id)
    expect(ended).toMatchObject({
      status: 'INTERNAL_ERROR',
      failedStep: { message: expect.stringContaining('30 starts in a row') },
      steps: { step_8: { status: 'SUCCEEDED' } },
    })
    expect(await db.selectFrom('waitpoint').selectAll().where('flowRunId', '=', run.id).execute()).toEqual([])
    // Its steps are not lost with it.
    await retry(run.id, 'FROM_FAILED_STEP')
    await eventually(async () => (await flows.run(run.id)).status === 'PAUSED' || undefined, 'the pause')
  })

  test('file storage that cannot be read for a while costs a run only time', async () => {
    const run = await pausedRun()
    const { db } = server.server
    const log = await db.selectFrom('file').select('data').where('id', '=', run.logsFileId).executeTakeFirstOrThrow()
    const put = (data: Uint8Array | null) =>
      db.updateTable('file').set({ data }).where('id', '=', run.logsFileId).execute()
    await put(null)
    await resume(run)
    const waiting = () => db.selectFrom('job').select('ready').where('id', '=', run.id).executeTakeFirst()
    await eventually(async () => ((await waiting())?.ready === false ? true : undefined), 'the run to be put off')
    await put(log.data)
    expect(await flows.finished(run.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_9: { output: { approved: true } } },
    })
  })

  test('a run does not go on without an output that is gone', async () => {
    const run = await pausedRun(codeAction('step_1', 'export const code = async () => "x".repeat(100_000)'))
    expect(run.steps?.step_1?.output).toHaveLength(100_000)
    await server.server.db.deleteFrom('file').where('type', '=', 'FLOW_RUN_LOG_SLICE').execute()
    await resume(run)
    expect(await flows.finished(run.id)).toMatchObject({
      status: 'INTERNAL_ERROR',
      failedStep: { message: expect.stringContaining('was removed') },
    })
  })

  test('past its retention a run has no steps and cannot be retried', async () => {
    const run = await pausedRun()
    await bulk('cancel', { flowRunIds: [run.id] })
    const { db, execution } = server.server
    await execution.upkeep.tick(new Date(Date.now() + 31 * DAY_MS))
    const created = new Date(Date.now() - 31 * DAY_MS)
    await db.updateTable('flow_run').set({ created }).where('id', '=', run.id).execute()
    expect(await flows.run(run.id)).toMatchObject({ status: 'CANCELED', steps: null, logsFileId: null })
    for (const strategy of ['FROM_FAILED_STEP', 'ON_LATEST_VERSION'])
      expect(await retry(run.id, strategy)).toMatchObject({
        status: 410,
        body: {
          code: 'FLOW_RUN_RETRY_OUTSIDE_RETENTION',
          params: { flowRunId: run.id, failedJobRetentionDays: 30 },
        },
      })
  })

  test('bulk calls find what they are for behind any number of other runs', async () => {
    const flow = await flows.create(webhookTrigger(), [])
    const make = async (status: FlowRunStatus, count: number, tags: string[] = []) => {
      const row = () => ({
        id: newId(),
        projectId: owner.projectId,
        flowId: flow.id,
        flowVersionId: flow.version.id,
        environment: 'PRODUCTION' as const,
        status,
        tags,
      })
      for (let made = 0; made < count; made += 500)
        await server.server.db
          .insertInto('flow_run')
          .values(Array.from({ length: Math.min(500, count - made) }, row))
          .execute()
    }
    await make('SUCCEEDED', 1500)
    await make('PAUSED', 1100)
    await make('PAUSED', 3, ['mine'])
    expect(await bulk('cancel', { flowId: flow.id, status: ['SUCCEEDED'] })).toEqual({ cancelled: 0 })
    expect(await bulk('cancel', { flowId: flow.id, tags: ['mine'] })).toEqual({ cancelled: 3 })
    expect(await bulk('cancel', { flowId: flow.id })).toEqual({ cancelled: 1100 })
    expect(await bulk('cancel', { flowId: flow.id })).toEqual({ cancelled: 0 })
    expect(await bulk('archive', { flowId: flow.id, tags: 'mine' })).toEqual({ archived: 3 })
    expect(await bulk('archive', { flowId: flow.id })).toEqual({ archived: 2600 })
    await server.server.db.deleteFrom('flow_run').where('flowId', '=', flow.id).execute()
  })
})
