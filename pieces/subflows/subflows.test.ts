import {
  createMemoryStore,
  createMockActionContext,
  createMockTriggerContext,
  type FlowsContext,
} from '@piecework/framework'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runAction, runRecorded } from '../common/run-action.ts'
import { readBody, startTestServer, type TestServer } from '../common/test-server.ts'
import { callFlow } from './call-flow.ts'
import { callableFlow } from './callable-flow.ts'
import { subflows } from './index.ts'

let server: TestServer
let calls: { url: string | undefined; headers: Record<string, unknown>; body: unknown }[] = []
beforeAll(async () => {
  server = await startTestServer(async (request, response) => {
    calls.push({ url: request.url, headers: request.headers, body: JSON.parse(await readBody(request)) })
    response.end('{"accepted":true}')
  })
})
afterAll(() => server.close())
beforeEach(() => {
  calls = []
})

const flow = (externalId: string, triggerName: string, status = 'ENABLED') => ({
  id: `id-${externalId}`,
  externalId,
  status,
  version: {
    id: 'v',
    displayName: `Flow ${externalId}`,
    trigger: {
      settings: {
        pieceName: '@activepieces/piece-subflows',
        triggerName,
        input: { exampleData: { sampleData: { name: 'Ada' } } },
      },
    },
  },
})
const all = [flow('a', 'callableFlow'), flow('b', 'other'), flow('c', 'callableFlow', 'DISABLED')]
const flows: FlowsContext = {
  list: async ({ externalIds } = {}) => ({
    data: externalIds ? all.filter((flow) => externalIds.includes(flow.externalId)) : all,
    next: null,
    previous: null,
  }),
  current: { id: 'f', version: { id: 'v' } },
}
const call = (values: object, more: object = {}) =>
  runRecorded(
    subflows,
    'callFlow',
    { flow: { externalId: 'a' }, mode: 'simple', flowProps: { payload: { x: 1 } }, ...values },
    { flows, server: { apiUrl: `${server.url}/api/` }, runId: 'run1', ...more },
  )

describe('call flow', () => {
  it('calls the flow and goes on with its acknowledgement', async () => {
    const { output, recorded } = await call({})
    expect(output).toEqual({ accepted: true })
    expect(calls).toMatchObject([
      {
        url: '/api/v1/webhooks/id-a',
        headers: { 'ap-parent-run-id': 'run1', 'ap-fail-parent-on-failure': 'false', 'ap-parent-step': 'step_1' },
        body: { data: { x: 1 } },
      },
    ])
    expect(recorded.waitingFor).toEqual([])
  })

  it('waits for the response when told to', async () => {
    const { recorded } = await call({ waitForResponse: true })
    expect(recorded.waitingFor).toEqual(['waitpoint1'])
    expect(calls).toMatchObject([
      {
        headers: { 'ap-fail-parent-on-failure': 'true' },
        body: { callbackUrl: expect.stringContaining('/flow-runs/run1/waitpoints/waitpoint1') },
      },
    ])
    const { output } = await call(
      { waitForResponse: true },
      { resumePayload: { body: { status: 'success', data: 5 } } },
    )
    expect(output).toEqual({ status: 'success', data: 5 })
  })

  it('fails with the flow that it called', async () => {
    const body = { status: 'error', data: { message: 'Subflow execution failed' } }
    await expect(call({ waitForResponse: true }, { resumePayload: { body } })).rejects.toThrow(
      'Subflow execution failed',
    )
  })

  it('refuses a flow that is gone or cannot be called', async () => {
    await expect(call({ flow: { externalId: 'z' } })).rejects.toThrow('does not exist: z')
    await expect(call({ flow: { externalId: 'b' } })).rejects.toThrow('does not start with')
    expect(calls).toEqual([])
  })

  it('offers the flows that can be called, and their sample data', async () => {
    const context = createMockActionContext({ propsValue: {}, flows })
    const { options } = await callFlow.props.flow.options({}, context)
    expect(options.map((option) => option.label)).toEqual(['Flow a'])
    const props = await callFlow.props.flowProps.props({ flow: options[0]?.value, mode: 'simple' }, context)
    expect(props.payload).toMatchObject({ type: 'OBJECT', defaultValue: { name: 'Ada' } })
    const advanced = await callFlow.props.flowProps.props({ flow: options[0]?.value, mode: 'advanced' }, context)
    expect(advanced.payload).toMatchObject({ type: 'JSON' })
  })
})

describe('a callable flow', () => {
  const propsValue = { mode: 'simple', exampleData: { sampleData: { a: 1 } } }

  it('starts with the data of its caller, whom it answers once', async () => {
    const store = createMemoryStore()
    const body = { data: { x: 1 }, callbackUrl: `${server.url}/resume` }
    const context = createMockTriggerContext({ propsValue, store, runId: 'child', payload: { body } })
    const [event] = await callableFlow.run(context)
    expect(event).toEqual(body)
    await callableFlow.onStart({ ...context, payload: event })
    const respond = () =>
      runAction(
        subflows,
        'returnResponse',
        { mode: 'simple', response: { response: { y: 2 } } },
        { store, runId: 'child' },
      )
    expect(await respond()).toEqual({ y: 2 })
    expect(await respond()).toEqual({ y: 2 })
    expect(calls).toMatchObject([{ url: '/resume', body: { status: 'success', data: { y: 2 } } }])
  })

  it('shows its sample data in a test, where nobody waits', async () => {
    const context = createMockTriggerContext({ propsValue })
    expect(await callableFlow.test(context)).toEqual([{ data: { a: 1 }, callbackUrl: 'MOCK' }])
    expect(await runAction(subflows, 'returnResponse', { mode: 'advanced', response: { response: [1] } })).toEqual([1])
    expect(calls).toEqual([])
  })
})
