import type { FlowDiagnosis } from '@piecework/api/flow-diagnosis'
import type { RunEvent } from '@piecework/api/flow-runs'
import { newId } from '@piecework/model/ids'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, flowMaker, pieceTrigger, webhookTrigger } from '../../testing/flows.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../testing/server.ts'

const SCHEDULE = '@activepieces/piece-schedule'

describe.each(['PGLITE', 'POSTGRES'] as const)('why a flow does not run, on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person
  let flows: ReturnType<typeof flowMaker>

  beforeAll(async () => {
    server = await startTestServerOn(type, {
      AP_CONTAINER_TYPE: 'WORKER_AND_APP',
      AP_DEFAULT_CONCURRENT_JOBS_LIMIT: '2',
    })
    owner = await signUpOwner(server)
    flows = flowMaker(server, owner)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const ask = async (id: string, runId?: string) => {
    const only = runId === undefined ? '' : `?runId=${runId}`
    const answer = await server.call<FlowDiagnosis>('GET', `/v1/flows/${id}/diagnosis${only}`, { token: owner.token })
    expect(answer.status).toBe(200)
    return answer.body
  }
  const webhook = () => flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
  const addRuns = (flowId: string, status: FlowRunStatus, count: number) => {
    const { projectId } = owner
    const row = { projectId, flowId, flowVersionId: 'v', environment: 'PRODUCTION', status } as const
    const rows = Array.from({ length: count }, () => ({ ...row, id: newId() }))
    return server.server.db.insertInto('flow_run').values(rows).execute()
  }

  test('it was never published, is turned off by somebody, or waits for its event', async () => {
    const flow = await webhook()
    expect(await ask(flow.id)).toMatchObject({ isBlocked: true, facts: [{ code: 'NEVER_PUBLISHED' }], lastRun: null })
    await flows.publish(flow.id)
    expect(await ask(flow.id)).toMatchObject({
      ...{ status: 'ENABLED', isBlocked: false, nextTick: null },
      facts: [{ code: 'WAITS_FOR_EVENTS' }],
    })
    await flows.disable(flow.id)
    await flows.operate(flow.id, 'DELETE_ACTION', { names: ['step_1'] })
    const off = await ask(flow.id)
    expect(off.isBlocked).toBe(true)
    expect(off.facts).toMatchObject([
      { code: 'TURNED_OFF', author: { id: owner.userId, displayName: 'Ada Owner' }, since: expect.any(String) },
      { code: 'DRAFT_NOT_PUBLISHED' },
    ])
  })

  test('its next tick is not due yet', async () => {
    const { body: piece } = await server.call<{ version: string }>('GET', `/v1/pieces/${SCHEDULE}`)
    const flow = await flows.create(pieceTrigger(SCHEDULE, piece.version, 'every_hour', { run_on_weekends: true }))
    await flows.publish(flow.id)
    const { nextTick, facts } = await ask(flow.id)
    expect(facts).toMatchObject([{ code: 'NEXT_TICK', until: nextTick }])
    await server.server.db.updateTable('trigger_source').set({ failures: 2 }).where('flowId', '=', flow.id).execute()
    expect((await ask(flow.id)).facts[0]).toMatchObject({ code: 'TRIGGER_FAILING', count: 2 })
  })

  test('its trigger could not be taken into service, and the error says why', async () => {
    const { body: piece } = await server.call<{ version: string }>('GET', `/v1/pieces/${SCHEDULE}`)
    const never = { cronExpression: '0 0 31 2 *', timezone: 'UTC' }
    const flow = await flows.create(pieceTrigger(SCHEDULE, piece.version, 'cron_expression', never))
    const refused = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'TRIGGER_UPDATE_STATUS' } })
    const { facts, isBlocked } = await ask(flow.id)
    expect(isBlocked).toBe(true)
    expect(facts[0]).toMatchObject({
      code: 'STOPPED_BY_ERROR',
      reason: expect.stringContaining('31 2'),
      since: expect.any(String),
    })
  })

  test('its runs wait because of the limit, or are paused until a time', async () => {
    const flow = await webhook()
    await flows.publish(flow.id)
    await addRuns(flow.id, 'PAUSED', 1)
    const { db } = server.server
    const paused = await db.selectFrom('flow_run').select('id').where('flowId', '=', flow.id).executeTakeFirstOrThrow()
    const resumeDateTime = new Date(Date.now() + 3_600_000)
    await db
      .insertInto('waitpoint')
      .values({
        ...{ id: newId(), flowRunId: paused.id, projectId: owner.projectId, stepName: 'step_1', resumeDateTime },
        ...{ type: 'DELAY', status: 'PENDING', version: 'V1' },
      })
      .execute()
    const other = await webhook()
    await addRuns(flow.id, 'QUEUED', 3)
    expect((await ask(flow.id)).facts).toMatchObject([
      { code: 'RUNS_WAIT', count: 3 },
      { code: 'RUNS_PAUSED', count: 1, until: resumeDateTime.toISOString() },
      { code: 'WAITS_FOR_EVENTS' },
    ])
    await addRuns(flow.id, 'PAUSED', 1)
    expect((await ask(flow.id, paused.id)).facts[0]).toMatchObject({ count: 1, until: resumeDateTime.toISOString() })
    const [later] = await db
      .selectFrom('flow_run')
      .select('id')
      .where('flowId', '=', flow.id)
      .where('status', '=', 'PAUSED')
      .where('id', '!=', paused.id)
      .execute()
    const [ofLater] = (await ask(flow.id, later?.id)).facts
    expect(ofLater, 'it has no due time of its own').toMatchObject({ code: 'RUNS_PAUSED', count: 1 })
    expect(ofLater).not.toHaveProperty('until')
    await addRuns(other.id, 'RUNNING', 2)
    expect((await ask(flow.id)).facts[0]).toMatchObject({ code: 'LIMIT_REACHED', count: 3, limit: 2 })
    await db.deleteFrom('flow_run').where('status', 'in', ['QUEUED', 'RUNNING']).execute()
  })

  test('is a question for people who may read flows', async () => {
    const flow = await webhook()
    const dan = await addColleague(server, owner, 'Dan')
    const { status } = await server.call('GET', `/v1/flows/${flow.id}/diagnosis`, { token: dan.token })
    expect(status).toBe(404)
  })

  test('what began a run can be read from it, with its headers', async () => {
    const flow = await webhook()
    await flows.publish(flow.id)
    await fetch(`${server.origin}/api/v1/webhooks/${flow.id}?a=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shop': 'acme' },
      body: JSON.stringify({ order: 7 }),
    })
    const [run] = await flows.finishedRuns(flow.id, 1)
    const read = async (id: string) =>
      (await server.call<RunEvent>('GET', `/v1/flow-runs/${id}/trigger`, { token: owner.token })).body
    const event = {
      body: { order: 7 },
      headers: expect.objectContaining({ 'x-shop': 'acme' }),
      queryParams: { a: '1' },
    }
    expect(await read(run?.id ?? '')).toMatchObject({ stepName: 'trigger', isRaw: false, payload: event })
    const waiting = newId()
    await server.server.db
      .insertInto('flow_run')
      .values({
        ...{ id: waiting, projectId: owner.projectId, flowId: flow.id, flowVersionId: flow.version.id },
        ...{ environment: 'PRODUCTION', status: 'QUEUED', payload: '{"body":1}' },
      })
      .execute()
    expect(await read(waiting)).toEqual({ stepName: 'trigger', isRaw: false, payload: { body: 1 } })
  })
})
