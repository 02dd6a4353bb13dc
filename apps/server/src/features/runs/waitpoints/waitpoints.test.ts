import { newId } from '@piecework/model/ids'
import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from '../../../testing/flows.ts'
import { pieceArchive } from '../../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../../testing/server.ts'

const RECORDED = { message: 'Your response has been recorded. You can close this page now.' }
const EXPIRED = { message: 'This link has expired. The action may have already been processed.' }
const DAY_MS = 24 * 60 * 60 * 1000

/** A piece that pauses in the way of today, and one in the way of the pieces before `createWaitpoint`. */
const NEW = '@acme/piece-asks'
const OLD = '@acme/piece-asks-as-before'
const imports = `import { createAction, createPiece, ExecutionType, PieceAuth } from '@piecework/framework'`
const action = (name: string, run: string) =>
  `createAction({ name: '${name}', displayName: '${name}', description: '', auth: PieceAuth.None(), props: {}, async run(ctx) { ${run} } })`
const pieceOf = (actions: string[]) => `
  ${imports}
  export const asks = createPiece({ displayName: 'Asks', logoUrl: 'https://x.test/l.svg', authors: [], description: '',
    auth: PieceAuth.None(), actions: [${actions.join(', ')}], triggers: [] })`
const RESUMED = 'if (ctx.executionType === ExecutionType.RESUME) return ctx.resumePayload;'
const newPiece = pieceOf([
  action(
    'ask',
    `${RESUMED} const waitpoint = await ctx.run.createWaitpoint({ type: 'WEBHOOK' })
    ctx.run.waitForWaitpoint(waitpoint.id); return { link: waitpoint.buildResumeUrl({ queryParams: {} }) }`,
  ),
  action('token', 'return ctx.server.token'),
])
const oldPiece = `${pieceOf([
  action('link', "return ctx.generateResumeUrl({ queryParams: { q: '1' } })"),
  action('wait', `${RESUMED} ctx.run.pause({ pauseMetadata: { type: 'WEBHOOK', response: {} } }); return {}`),
])}
  asks.getContextInfo = () => ({ version: '1' })`

describe.each(['PGLITE', 'POSTGRES'] as const)('waitpoints on %s', (type) => {
  let server: TestServer
  let owner: Person
  let flows: ReturnType<typeof flowMaker>

  beforeAll(async () => {
    server = await startTestServerOn(type, {
      AP_CONTAINER_TYPE: 'WORKER_AND_APP',
      AP_WORKER_CONCURRENCY: '3',
      AP_WEBHOOK_TIMEOUT_SECONDS: '2',
    })
    owner = await signUpOwner(server)
    flows = flowMaker(server, owner)
    for (const [pieceName, source] of [
      [NEW, newPiece],
      [OLD, oldPiece],
    ] as const) {
      const form = new FormData()
      const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName, pieceVersion: '1.0.0' }
      for (const [name, value] of Object.entries(fields)) form.append(name, value)
      const archive = await pieceArchive(pieceName, '1.0.0', source)
      form.append('pieceArchive', new Blob([new Uint8Array(archive)]), 'piece.tgz')
      const { status, body } = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
      expect(status, JSON.stringify(body)).toBe(201)
    }
    // Two pieces are built and installed first.
  }, 300_000)
  afterAll(() => server?.[Symbol.asyncDispose]())

  const ask = (name: string) => pieceAction(name, NEW, '1.0.0', 'ask')
  const legacyLink = (name: string) => pieceAction(name, OLD, '1.0.0', 'link')
  const legacyWait = (name: string) => pieceAction(name, OLD, '1.0.0', 'wait')
  const approvalLinks = (name: string) =>
    pieceAction(name, '@activepieces/piece-approval', '0.1.19', 'create_approval_links')
  /** Calls a link from within the flow, before it has paused. */
  const callFromWithin = (name: string, link: string) =>
    codeAction(
      name,
      'export const code = async ({ link, base }) => { const { pathname, search } = new URL(link); return (await fetch(base + pathname + search, { method: "POST" })).json() }',
      { link, base: server.origin },
    )

  const start = async (...steps: { name: string }[]) => {
    const flow = await flows.create(webhookTrigger(), steps)
    await flows.publish(flow.id)
    await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
    return flow
  }
  const ended = async (flowId: string) => flows.run((await flows.finishedRuns(flowId, 1))[0]?.id ?? '')
  /** The run once it waits at this step. */
  const pausedAt = (flowId: string, step: string): Promise<FlowRun> =>
    eventually(async () => {
      const [run] = await flows.runs(flowId)
      const whole = run?.status === 'PAUSED' ? await flows.run(run.id) : undefined
      return whole?.steps?.[step]?.status === 'PAUSED' ? whole : undefined
    }, `the pause at ${step}`)
  /** Links name the public address; the server of the test listens elsewhere. */
  const send = (
    link: unknown,
    { method = 'POST', form = '', body }: { method?: string; form?: string; body?: unknown } = {},
  ) => {
    const { pathname, search } = new URL(String(link))
    return server.call(method, `${pathname.replace('/api', '')}${form}${search}`, { body })
  }
  const linkOf = (run: FlowRun, step: string) => Object(run.steps?.[step]?.output).link

  test('links of older pieces resume by the run alone, now or before the pause', async () => {
    const flow = await start(legacyLink('step_1'), legacyWait('step_2'))
    const run = await pausedAt(flow.id, 'step_2')
    const link = String(run.steps?.step_1?.output)
    expect(link).toContain(`/flow-runs/${run.id}/requests/`)
    expect(await send(link, { body: { a: 1 } })).toMatchObject({ status: 200, body: RECORDED })
    expect(await send(link)).toMatchObject({ status: 200, body: EXPIRED })
    expect(await ended(flow.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_2: { output: { body: { a: 1 }, queryParams: { q: '1' } } } },
    })

    const early = await start(legacyLink('step_1'), callFromWithin('step_2', '{{step_1}}'), legacyWait('step_3'))
    expect(await ended(early.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_2: { output: RECORDED }, step_3: { output: { queryParams: { q: '1' } } } },
    })
  })

  test('such an early call is for a pause of an older piece alone, and one is kept', async () => {
    const flow = await start(
      legacyLink('step_1'),
      callFromWithin('step_2', '{{step_1}}'),
      callFromWithin('step_3', '{{step_1}}'),
      ask('step_4'),
    )
    const run = await pausedAt(flow.id, 'step_4')
    expect(run.steps).toMatchObject({ step_2: { output: RECORDED }, step_3: { output: EXPIRED } })
    expect(await send(linkOf(run, 'step_4'))).toMatchObject({ body: RECORDED })
    expect((await ended(flow.id)).status).toBe('SUCCEEDED')
  })

  test('of calls at the same time one resumes, with what it brought', async () => {
    const flow = await start(ask('step_1'), codeAction('step_2', 'export const code = async () => 1'))
    const run = await pausedAt(flow.id, 'step_1')
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => send(linkOf(run, 'step_1'), { body: { n } })))
    expect(answers.filter(({ body }) => body.message === RECORDED.message)).toHaveLength(1)
    const winner = answers.findIndex(({ body }) => body.message === RECORDED.message) + 1
    expect(await ended(flow.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_1: { output: { body: { n: winner } } } },
    })
  })

  test('a step that was resumed by the link of another one leaves no link of its own behind', async () => {
    const flow = await start(approvalLinks('step_1'), ask('step_2'), ask('step_3'))
    const first = await pausedAt(flow.id, 'step_2')
    const { approvalLink } = Object(first.steps?.step_1?.output)
    expect(await send(approvalLink)).toMatchObject({ body: RECORDED })
    const second = await pausedAt(flow.id, 'step_3')
    expect(await send(linkOf(first, 'step_2'))).toMatchObject({ body: EXPIRED })
    expect(await send(linkOf(second, 'step_3'))).toMatchObject({ body: RECORDED })
    expect((await ended(flow.id)).status).toBe('SUCCEEDED')
  })

  test('a synchronous call gets an answer when the run takes too long, and the run goes on', async () => {
    const flow = await start(
      ask('step_1'),
      codeAction(
        'step_2',
        'export const code = async () => { await new Promise((done) => setTimeout(done, 3000)); return "done" }',
      ),
    )
    const run = await pausedAt(flow.id, 'step_1')
    expect(await send(linkOf(run, 'step_1'), { form: '/sync' })).toMatchObject({
      status: 408,
      body: { code: 'WEBHOOK_TIMEOUT' },
    })
    expect(await ended(flow.id)).toMatchObject({ status: 'SUCCEEDED', steps: { step_2: { output: 'done' } } })
  })

  test('a look at a link is no answer, and an answer arrives as it was sent, in its order', async () => {
    const flow = await start(ask('step_1'))
    const run = await pausedAt(flow.id, 'step_1')
    expect((await send(linkOf(run, 'step_1'), { method: 'HEAD' })).status).toBe(404)
    expect((await flows.run(run.id)).status).toBe('PAUSED')
    const body = { zz: 1, a: { y: 1, bbb: 2, c: 3 }, 'a\u0000b': ['\ud800', '\\u0000', 'ä'], 10: 1, 2: 1 }
    expect(await send(linkOf(run, 'step_1'), { body })).toMatchObject({ body: RECORDED })
    const { output } = Object((await ended(flow.id)).steps?.step_1)
    expect(JSON.stringify(output.body)).toBe(JSON.stringify(body))
  })

  test('so does one that is large, one that comes before the pause, and what the flow says meanwhile', async () => {
    const body = { z: 'x'.repeat(100_000), a: '\u0000', 10: 1, 2: 1 }
    const flow = await start(legacyLink('step_1'), legacyWait('step_2'), legacyLink('step_3'))
    const run = await pausedAt(flow.id, 'step_2')
    expect(await send(run.steps?.step_1?.output, { body })).toMatchObject({ body: RECORDED })
    const { output } = Object((await ended(flow.id)).steps?.step_2)
    expect(JSON.stringify(output.body)).toBe(JSON.stringify(body))

    const early = await start(
      legacyLink('step_1'),
      codeAction(
        'step_2',
        `export const code = async ({ link, base }) => { const { pathname, search } = new URL(link)
          const answers = []
          for (let time = 0; time < 2; time++) answers.push(await (await fetch(base + pathname + search, { method: 'POST',
            headers: { 'content-type': 'application/json' }, body: '{"z":"\\\\u0000","a":1}' })).json())
          return answers }`,
        { link: '{{step_1}}', base: server.origin },
      ),
      legacyWait('step_3'),
    )
    const { steps } = await ended(early.id)
    expect(steps).toMatchObject({ step_2: { output: [RECORDED, EXPIRED] } })
    expect(JSON.stringify(Object(steps?.step_3?.output).body)).toBe('{"z":"\\u0000","a":1}')

    const asks = await flows.create(webhookTrigger(), [
      pieceAction('step_1', '@activepieces/piece-webhook', '0.1.33', 'return_response_and_wait_for_next_webhook', {
        responseType: 'json',
        fields: { status: 200, headers: {}, body: { zz: 1, a: '{{trigger.body.x}}', bbb: { y: 1, c: 2 } } },
      }),
    ])
    await flows.publish(asks.id)
    const answer = await fetch(`${server.origin}/api/v1/webhooks/${asks.id}/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"x":"\\u0000"}',
    })
    expect(await answer.text()).toBe('{"zz":1,"a":"\\u0000","bbb":{"y":1,"c":2}}')
  })

  test('only a run that is not over can wait, and not for longer than is allowed', async () => {
    const other = await start(ask('step_2'))
    const run = await pausedAt(other.id, 'step_2')
    const engine = await server.server.tokens.engine({
      id: run.id,
      projectId: owner.projectId,
      platformId: owner.platformId,
    })
    const create = (request: object, token: unknown = engine) =>
      server.call('POST', '/v1/waitpoints', {
        token: String(token),
        body: { flowRunId: run.id, projectId: owner.projectId, stepName: 'step_9', type: 'DELAY', ...request },
      })
    const inDays = (days: number) => ({ resumeDateTime: new Date(Date.now() + days * DAY_MS).toISOString() })
    expect(await create(inDays(31))).toMatchObject({
      status: 400,
      body: { params: { message: expect.stringContaining('30 days') } },
    })
    expect(await create({})).toMatchObject({
      status: 400,
      body: { params: { message: expect.stringContaining('resumeDateTime') } },
    })
    expect(await create({ resumeDateTime: 'soon' })).toMatchObject({ status: 400 })
    expect((await create({ ...inDays(1), flowRunId: newId() })).status).toBe(404)
    expect((await create(inDays(1), owner.token)).status).toBe(403)
    const made = await create({ type: 'WEBHOOK' })
    expect(made).toMatchObject({ status: 201, body: { resumeUrl: expect.stringContaining(String(made.body.id)) } })
    expect((await create({ type: 'WEBHOOK' })).body.id).toBe(made.body.id)
    await server.call('POST', '/v1/flow-runs/cancel', { token: owner.token, body: { flowRunIds: [run.id] } })
    expect(await create({ type: 'WEBHOOK' })).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
    const left = await server.server.db.selectFrom('waitpoint').selectAll().where('flowRunId', '=', run.id).execute()
    expect(left).toEqual([])
  })

  test('a test run that waits can be canceled by its id', async () => {
    const flow = await flows.create(webhookTrigger(), [ask('step_1')])
    const waiting = server.call('POST', `/v1/webhooks/${flow.id}/draft/sync`, { body: {} })
    const { id } = await eventually(
      () =>
        server.server.db
          .selectFrom('flow_run')
          .select('id')
          .where('flowId', '=', flow.id)
          .where('status', '=', 'PAUSED')
          .executeTakeFirst(),
      'the pause of the test run',
    )
    const canceled = await server.call('POST', '/v1/flow-runs/cancel', {
      token: owner.token,
      body: { flowRunIds: [id] },
    })
    expect(canceled.body).toEqual({ cancelled: 1 })
    expect((await waiting).status).toBe(204)
    expect(await flows.run(id)).toMatchObject({ status: 'CANCELED', environment: 'TESTING' })
  })

  test('a flow that is deleted takes its paused runs out of their wait', async () => {
    const flow = await start(ask('step_1'))
    const run = await pausedAt(flow.id, 'step_1')
    await server.call('DELETE', `/v1/flows/${flow.id}`, { token: owner.token })
    expect(await flows.finished(run.id)).toMatchObject({ status: 'CANCELED', steps: { step_1: { status: 'PAUSED' } } })
    expect(await send(linkOf(run, 'step_1'))).toMatchObject({ body: EXPIRED })
  })
})
