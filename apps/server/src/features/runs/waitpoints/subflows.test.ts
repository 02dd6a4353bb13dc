import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '../../../testing/flows.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../../testing/server.ts'

const PIECE = '@activepieces/piece-subflows'

describe.each(['PGLITE', 'POSTGRES'] as const)('flows that call flows, on %s', (type) => {
  let server: TestServer
  let owner: Person
  let flows: ReturnType<typeof flowMaker>

  beforeAll(async () => {
    server = await startTestServerOn(type, {
      AP_CONTAINER_TYPE: 'WORKER_AND_APP',
      AP_WORKER_CONCURRENCY: '3',
      AP_FLOW_TIMEOUT_SECONDS: '6',
      AP_FRONTEND_URL: 'https://flows.example.com',
    })
    owner = await signUpOwner(server)
    flows = flowMaker(server, owner)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const live = async (trigger: object, steps: { name: string }[]) => {
    const flow = await flows.create(trigger, steps)
    await flows.publish(flow.id)
    return flow
  }
  const callable = (...steps: { name: string }[]) =>
    live(pieceTrigger(PIECE, '0.4.12', 'callableFlow', { mode: 'simple', exampleData: { sampleData: {} } }), steps)
  const answer = (name: string, response: object) =>
    pieceAction(name, PIECE, '0.4.12', 'returnResponse', { mode: 'simple', response: { response } })
  const callFlow = (name: string, child: { externalId: string }, payload: object, waitForResponse = true) =>
    pieceAction(name, PIECE, '0.4.12', 'callFlow', {
      flow: { externalId: child.externalId, exampleData: {} },
      mode: 'simple',
      flowProps: { payload },
      waitForResponse,
    })
  const waitForNextCall = (name: string) =>
    pieceAction(name, '@activepieces/piece-webhook', '0.1.29', 'return_response_and_wait_for_next_webhook', {
      responseType: 'json',
      fields: { status: 200, headers: {}, body: {} },
    })
  const fails = (name: string, input: object = {}) =>
    codeAction(name, 'export const code = async () => { throw new Error("no such order") }', input)

  const loop = (name: string, items: string) => ({
    name,
    displayName: name,
    type: 'LOOP_ON_ITEMS',
    valid: true,
    lastUpdatedDate: new Date().toISOString(),
    settings: { items },
  })

  const fire = (flowId: string, headers: Record<string, string> = {}) =>
    fetch(`${server.origin}/api/v1/webhooks/${flowId}`, { method: 'POST', headers })
  const start = async (...steps: { name: string }[]) => {
    const flow = await live(webhookTrigger(), steps)
    await fire(flow.id)
    return flow
  }
  const ended = async (flowId: string): Promise<FlowRun> => {
    const [run] = await flows.finishedRuns(flowId, 1)
    return flows.run(run?.id ?? '')
  }
  const runIn = (flowId: string, status: string): Promise<FlowRun> =>
    eventually(async () => {
      const run = (await flows.runs(flowId)).find((one) => one.status === status)
      return run && flows.run(run.id)
    }, `a run in ${status}`)
  const cancel = (...flowRunIds: string[]) =>
    server.call('POST', '/v1/flow-runs/cancel', {
      token: owner.token,
      body: { projectId: owner.projectId, flowRunIds },
    })

  test('a caller that waits gets the response, also through several levels', async () => {
    const grandchild = await callable(answer('step_1', { n: '{{trigger.data.n * 2}}' }))
    const child = await callable(
      callFlow('step_1', grandchild, { n: '{{trigger.data.n + 1}}' }),
      answer('step_2', { n: '{{step_1.data.n}}' }),
    )
    const parent = await start(callFlow('step_1', child, { n: '{{20}}' }))
    const run = await ended(parent.id)
    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_1: { output: { status: 'success', data: { n: 42 } } } },
    })
    const called = await ended(child.id)
    expect(called).toMatchObject({ parentRunId: run.id, failParentOnFailure: true })
    const list = await server.call<{ data: FlowRun[] }>(
      'GET',
      `/v1/flow-runs?projectId=${owner.projectId}&parentRunId=${run.id}`,
      { token: owner.token },
    )
    expect(list.body.data.map(({ id }) => id)).toEqual([called.id])
  })

  test('a caller that does not wait goes on, whatever becomes of the other run', async () => {
    const child = await callable(fails('step_1'))
    const parent = await start(callFlow('step_1', child, { n: 1 }, false))
    const run = await ended(parent.id)
    expect(run).toMatchObject({ status: 'SUCCEEDED', steps: { step_1: { output: {} } } })
    expect(await ended(child.id)).toMatchObject({
      status: 'FAILED',
      parentRunId: run.id,
      failParentOnFailure: false,
    })
  })

  test('a child that fails, fails its parent, which says where to look', async () => {
    const child = await callable(fails('step_1'))
    const parent = await start(callFlow('step_1', child, { n: 1 }))
    const run = await ended(parent.id)
    const { id } = await ended(child.id)
    expect(run).toMatchObject({ status: 'FAILED', failedStep: { name: 'step_1' } })
    expect(run.failedStep?.message).toContain('Subflow execution failed')
    expect(run.failedStep?.message).toContain(`https://flows.example.com/projects/${owner.projectId}/runs/${id}`)
  })

  test('and so does one that is canceled, or takes too long', async () => {
    const waits = await callable(waitForNextCall('step_1'))
    const canceled = await start(callFlow('step_1', waits, { n: 1 }))
    await runIn(canceled.id, 'PAUSED')
    await cancel((await runIn(waits.id, 'PAUSED')).id)
    expect((await ended(canceled.id)).failedStep?.message).toContain('Subflow execution failed')

    const hangs = await callable(codeAction('step_1', 'export const code = () => new Promise(() => {})'))
    const late = await start(callFlow('step_1', hangs, { n: 1 }))
    expect((await ended(late.id)).failedStep?.message).toContain('Subflow execution failed')
    expect((await ended(hangs.id)).status).toBe('TIMEOUT')
  })

  test('a child that answered and fails later ends no other pause of its parent', async () => {
    const child = await callable(answer('step_1', { done: true }), fails('step_2'))
    const parent = await start(callFlow('step_1', child, { n: 1 }), waitForNextCall('step_2'))
    expect(await ended(child.id)).toMatchObject({ status: 'FAILED' })
    const run = await runIn(parent.id, 'PAUSED')
    expect(run.steps).toMatchObject({ step_1: { output: { data: { done: true } } }, step_2: { status: 'PAUSED' } })
    await cancel(run.id)
  })

  test('any call with the headers of a child resumes what its parent waits for when its run fails', async () => {
    const parent = await start(waitForNextCall('step_1'))
    const { id } = await runIn(parent.id, 'PAUSED')
    const child = await live(webhookTrigger(), [fails('step_1')])
    const headers = { 'ap-parent-run-id': id }
    await fire(child.id, headers)
    await ended(child.id)
    expect((await flows.run(id)).status).toBe('PAUSED')
    await fire(child.id, { ...headers, 'ap-fail-parent-on-failure': 'true' })
    expect(await ended(parent.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: {
        step_1: {
          output: {
            body: {
              status: 'error',
              data: { message: 'Subflow execution failed', link: expect.stringContaining(owner.projectId) },
            },
          },
        },
      },
    })
  })

  test('a parent that is canceled takes its children along', async () => {
    const grandchild = await callable(waitForNextCall('step_1'))
    const child = await callable(callFlow('step_1', grandchild, { n: 1 }))
    const parent = await start(callFlow('step_1', child, { n: 1 }))
    await runIn(grandchild.id, 'PAUSED')
    await runIn(child.id, 'PAUSED')
    const { body } = await cancel((await runIn(parent.id, 'PAUSED')).id)
    expect(body).toEqual({ cancelled: 1 })
    for (const flow of [parent, child, grandchild]) expect((await ended(flow.id)).status).toBe('CANCELED')
  })

  test('a parent that did not hear of the end because of a crash hears of it afterwards', async () => {
    const parent = await start(waitForNextCall('step_1'))
    const { id } = await runIn(parent.id, 'PAUSED')
    const child = await live(webhookTrigger(), [waitForNextCall('step_1')])
    await fire(child.id, { 'ap-parent-run-id': id, 'ap-fail-parent-on-failure': 'true' })
    const { id: childId } = await runIn(child.id, 'PAUSED')
    // The end of a run, as it is on disk before anything follows from it.
    await server.server.db
      .updateTable('flow_run')
      .set({ status: 'FAILED', finishTime: new Date() })
      .where('id', '=', childId)
      .execute()
    await server.server.execution.upkeep.tick(new Date())
    expect(await ended(parent.id)).toMatchObject({
      steps: { step_1: { output: { body: { status: 'error' } } } },
    })
  })

  test('a call whose step repeats after a crash starts one run', async () => {
    const child = await callable(waitForNextCall('step_1'))
    const parent = await start(callFlow('step_1', child, { at: '{{Date.now()}}' }))
    const { id } = await runIn(parent.id, 'PAUSED')
    await runIn(child.id, 'PAUSED')
    // This is the state on disk when the app dies between the call and the pause.
    const { db, execution } = server.server
    const payload = JSON.stringify({ body: {}, headers: {}, queryParams: {} })
    await db
      .updateTable('flow_run')
      .set({ status: 'RUNNING', logsFileId: null, payload })
      .where('id', '=', id)
      .execute()
    await execution.queue.add([{ id, kind: 'RUN', projectId: owner.projectId, priority: 3, dueAt: new Date() }])
    execution.wake()
    const again = await eventually(async () => {
      const run = await db.selectFrom('flow_run').select(['attempt', 'status']).where('id', '=', id).executeTakeFirst()
      return run?.status === 'PAUSED' && run.attempt === 2 ? run : undefined
    }, 'the second pause')
    expect(again.attempt).toBe(2)
    await eventually(async () => ((await eventsOf(child.id)) === 0 ? true : undefined), 'no event left')
    expect(await flows.runs(child.id)).toHaveLength(1)
    await cancel(id)
  })

  test('rounds of a loop and retries start runs of their own', async () => {
    const child = await callable(fails('step_1'))
    const flow = await flows.create(webhookTrigger(), [loop('step_1', '{{[1, 2, 3]}}')])
    const action = callFlow('step_2', child, { n: '{{step_1.item}}' }, false)
    const inside = { parentStep: 'step_1', stepLocationRelativeToParent: 'INSIDE_LOOP', action }
    await flows.operate(flow.id, 'ADD_ACTION', inside)
    await flows.publish(flow.id)
    await fire(flow.id)
    await ended(flow.id)
    expect(await flows.finishedRuns(child.id, 3)).toHaveLength(3)

    const waited = await callable(fails('step_1'))
    const parent = await start(callFlow('step_1', waited, { n: 1 }))
    const { id } = await ended(parent.id)
    await retry(id)
    expect(await flows.finishedRuns(waited.id, 2)).toHaveLength(2)
    await ended(parent.id)

    const slow = await callable(waitForNextCall('step_1'))
    const canceled = await start(callFlow('step_1', slow, { n: 1 }, false), waitForNextCall('step_2'))
    const paused = await runIn(canceled.id, 'PAUSED')
    await runIn(slow.id, 'PAUSED')
    await cancel(paused.id)
    // Canceled in the middle of the call: its step is done again.
    await server.server.db
      .updateTable('flow_run')
      .set({ logsFileId: null, payload: '{}' })
      .where('id', '=', paused.id)
      .execute()
    await retry(paused.id)
    await runIn(slow.id, 'PAUSED')
    expect(await flows.runs(slow.id)).toHaveLength(2)
    await cancel(paused.id)
  })

  /** Accepted calls that are not runs yet. */
  const eventsOf = async (flowId: string): Promise<number> => {
    const jobs = await server.server.db.selectFrom('job').select('data').where('kind', '=', 'TRIGGER_EVENT').execute()
    return jobs.filter(({ data }) => data?.includes(flowId)).length
  }
  const retry = (id: string) =>
    server.call('POST', `/v1/flow-runs/${id}/retry`, {
      token: owner.token,
      body: { projectId: owner.projectId, strategy: 'FROM_FAILED_STEP' },
    })
})
