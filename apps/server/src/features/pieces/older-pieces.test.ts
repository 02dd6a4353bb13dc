import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { packageArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// Pieces as the frameworks of other times have made them: what their contexts hold, in runs of the whole product.

const GENERATIONS = [
  { version: '1.0.0', info: undefined },
  { version: '1.1.0', info: '1' },
  { version: '1.2.0', info: '2' },
] as const
const NAME = '@acme/piece-older'

const sourceOf = (info: string | undefined) => `
  class Piece {
    displayName = 'Older'; logoUrl = ''; description = ''
    auth = [
      { type: 'SECRET_TEXT', displayName: 'Key', required: true },
      { type: 'CUSTOM_AUTH', displayName: 'Server', required: true,
        props: { host: { type: 'SHORT_TEXT', displayName: 'Host', required: true }, port: { type: 'NUMBER', displayName: 'Port', required: true } } },
    ]
    ${info === undefined ? '' : `getContextInfo() { return { version: '${info}' } }`}
    metadata() { return { displayName: 'Older', logoUrl: '', actions, triggers: {}, auth: this.auth, ${info === undefined ? '' : `contextInfo: { version: '${info}' }`} } }
    getAction(name) { return actions[name] }
    getTrigger() {}
  }
  const action = (name, run, requireAuth = false) => ({ name, displayName: name, description: '', props: {}, requireAuth, run })
  const actions = {
    look: action('look', async (context) => ({
      auth: context.auth,
      serverUrl: context.serverUrl,
      pause: typeof context.run.pause,
      resumeUrl: context.generateResumeUrl?.({ queryParams: { a: '1' }, sync: true }),
      waitpoints: typeof context.run.createWaitpoint,
      other: await context.connections.get('server'),
    }), true),
    wait: action('wait', async (context) => {
      if (context.executionType === 'RESUME') return { body: context.resumePayload.body, query: context.resumePayload.queryParams }
      if (!context.run.pause) {
        const waitpoint = await context.run.createWaitpoint({ type: 'WEBHOOK' })
        context.run.waitForWaitpoint(waitpoint.id)
        return { url: waitpoint.buildResumeUrl({ queryParams: { a: '1' } }) }
      }
      context.run.pause({ pauseMetadata: { type: 'WEBHOOK', response: { body: { waits: true } } } })
      return { url: context.generateResumeUrl({ queryParams: { a: '1' } }) }
    }),
    delay: action('delay', async (context) => {
      if (context.executionType === 'RESUME') return 'later'
      const resumeDateTime = new Date(Date.now() + 30).toUTCString()
      if (context.run.pause) context.run.pause({ pauseMetadata: { type: 'DELAY', resumeDateTime } })
      else context.run.waitForWaitpoint((await context.run.createWaitpoint({ type: 'DELAY', resumeDateTime })).id)
      return 'now'
    }),
  }
  exports.older = new Piece()`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  for (const { version, info } of GENERATIONS) {
    const archive = packageArchive({ name: NAME, version, files: { 'src/index.js': sourceOf(info) } })
    const form = new FormData()
    const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: version }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('pieceArchive', new Blob([new Uint8Array(archive)]), 'p.tgz')
    const made = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
  }
  const connections = {
    key: { type: 'SECRET_TEXT', secret_text: 's3crt' },
    server: { type: 'CUSTOM_AUTH', props: { host: 'h', port: '8080' } },
  }
  for (const [externalId, value] of Object.entries(connections)) {
    const names = { externalId, displayName: externalId, pieceName: NAME, pieceVersion: '1.2.0' }
    const body = { ...names, projectId: owner.projectId, type: value.type, value }
    expect((await server.call('POST', '/v1/app-connections', { token: owner.token, body })).status).toBe(201)
  }
})
afterAll(() => server?.[Symbol.asyncDispose]())

const started = async (version: string, actionName: string, input = {}) => {
  const flow = await flows.create(webhookTrigger(), [pieceAction('step_1', NAME, version, actionName, input)])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  return flow.id
}
const ended = async (flowId: string) => {
  const [run] = await flows.finishedRuns(flowId, 1)
  const { status, steps, failedStep } = await flows.run(run?.id ?? '')
  expect(status, failedStep?.message).toBe('SUCCEEDED')
  return steps?.step_1?.output
}

// Secrets of fewer than six characters are shown: the tests see what a piece was given.
const secret = { type: 'SECRET_TEXT', secret_text: 's3crt' }
const custom = { host: 'h', port: '8080' }
const legacyUrl = expect.stringMatching(/\/api\/v1\/flow-runs\/\w{21}\/requests\/\w+\/sync\?a=1$/)
const EXPECTED = [
  {
    auth: 's3crt',
    serverUrl: expect.stringMatching(/\/api\/$/),
    pause: 'function',
    resumeUrl: legacyUrl,
    other: custom,
  },
  { auth: secret, pause: 'function', resumeUrl: legacyUrl, other: { type: 'CUSTOM_AUTH', props: custom } },
  { auth: secret, pause: 'undefined', other: { type: 'CUSTOM_AUTH', props: custom } },
]

test.each(GENERATIONS.map(({ version, info }, index) => [info ?? 'none', version, EXPECTED[index]] as const))(
  'a piece of context version %s has what it knows',
  async (_, version, expected) => {
    const look = await ended(await started(version, 'look', { auth: "{{connections['key']}}" }))
    expect(look).toEqual({ waitpoints: 'function', ...expected })
  },
)

test.each(GENERATIONS.map(({ version, info }) => [info ?? 'none', version]))(
  'a piece of context version %s pauses and is resumed',
  async (_, version) => {
    const flowId = await started(version, 'wait')
    const url = await eventually(async () => {
      const [run] = await flows.runs(flowId)
      return run?.status === 'PAUSED' ? Object((await flows.run(run.id)).steps?.step_1?.output).url : undefined
    }, 'the pause')
    const { pathname, search } = new URL(String(url))
    const resumed = await fetch(server.origin + pathname + search, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"yes":true}',
    })
    expect(resumed.status).toBe(200)
    expect(await ended(flowId)).toEqual({ body: { yes: true }, query: { a: '1' } })
    expect(await ended(await started(version, 'delay'))).toBe('later')
  },
)
