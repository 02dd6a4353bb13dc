import { flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '@piecework/server/testing/flows'
import { pieceArchive } from '@piecework/server/testing/piece-archive'
import { signUpOwner, startTestServer } from '@piecework/server/testing/server'
import { row, timesOf } from './support/times.ts'

/** `npm run bench interactive [rounds]`: how long a form waits for the requests that it makes to a piece, warm. */
const rounds = Number(process.argv[2] ?? 100)
const [NAME, VERSION] = ['@bench/piece-local', '1.0.0']
const SOURCE = `
  import { createAction, createPiece, createTrigger, PieceAuth, Property, TriggerStrategy } from '@piecework/framework'
  const auth = PieceAuth.SecretText({ displayName: 'Key', required: true, validate: async () => ({ valid: true }) })
  const choose = createAction({
    name: 'choose', displayName: 'Choose', description: '', auth,
    props: {
      list: Property.ShortText({ displayName: 'List', required: true }),
      item: Property.Dropdown({ displayName: 'Item', required: true, auth, refreshers: ['list'],
        options: async ({ list }) => ({ options: [{ label: String(list), value: 1 }] }) }),
    },
    run: async ({ propsValue }) => propsValue,
  })
  const poll = createTrigger({
    name: 'poll', displayName: 'Poll', description: '', auth: PieceAuth.None(), props: {}, sampleData: {},
    type: TriggerStrategy.POLLING, onEnable: async () => {}, onDisable: async () => {}, run: async () => [],
    test: async () => [{ id: 1 }],
  })
  export const local = createPiece({ displayName: 'Local', logoUrl: 'x', authors: [], auth, actions: [choose], triggers: [poll] })`

await using server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
const owner = await signUpOwner(server)
const { token, projectId } = owner
const flows = flowMaker(server, owner)

const form = new FormData()
const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: VERSION }
for (const [name, value] of Object.entries(fields)) form.append(name, value)
form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, VERSION, SOURCE))]), 'piece.tgz')
await call('/v1/pieces', form)

const step = pieceAction('step_1', NAME, VERSION, 'choose', { list: "{{trigger['body']}}", item: 1, auth: 'x' })
const flow = await flows.create(webhookTrigger(), [step])
const polled = await flows.create(pieceTrigger(NAME, VERSION, 'poll'))
await flows.operate(flow.id, 'SAVE_SAMPLE_DATA', { stepName: 'trigger', type: 'OUTPUT', payload: { body: 'tea' } })
const flowVersionId = flow.version.id

const options = () =>
  call('/v1/pieces/options', {
    projectId,
    pieceName: NAME,
    pieceVersion: VERSION,
    actionOrTriggerName: 'choose',
    propertyName: 'item',
    flowId: flow.id,
    flowVersionId,
    input: { list: "{{trigger['body']}}" },
  })
const connect = () =>
  call('/v1/app-connections', {
    externalId: 'key',
    displayName: 'key',
    pieceName: NAME,
    pieceVersion: VERSION,
    projectId,
    type: 'SECRET_TEXT',
    value: { type: 'SECRET_TEXT', secret_text: 'secret' },
  })
const testStep = async () => {
  const run = await call('/v1/sample-data/test-step', { projectId, flowVersionId, stepName: 'step_1' })
  for (;;) {
    const { status, environment } = await flows.run(run.id)
    if (environment === 'TESTING' && status !== 'QUEUED' && status !== 'RUNNING') return
  }
}
const testTrigger = () =>
  call('/v1/test-trigger', {
    projectId,
    flowId: polled.id,
    flowVersionId: polled.version.id,
    testStrategy: 'TEST_FUNCTION',
  })

row('', 'first', 'p50 ms', 'p95 ms', 'max')
for (const [name, ask] of Object.entries({ options, connect, testStep, testTrigger })) {
  const { first, p50, p95, max } = await timesOf(rounds, ask)
  row(name, first, p50, p95, max)
}

async function call(path: string, body: unknown): Promise<{ id: string }> {
  const answer = await server.call<{ id: string }>('POST', path, { token, body })
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
