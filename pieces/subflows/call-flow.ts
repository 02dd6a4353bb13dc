import {
  createAction,
  type DropdownState,
  ExecutionType,
  type FlowsContext,
  httpClient,
  isMap,
  type PopulatedFlow,
  Property,
} from '@piecework/framework'
import { callableFlow } from './callable-flow.ts'
import { dataProperty, modeProperty } from './payload.ts'

const PIECE = '@activepieces/piece-subflows'
/** About 25 seconds: as long as the engine asks a server that is away. */
const RETRIES = 7

interface Choice {
  externalId: string
  /** The sample data of the called flow, as its author entered it. */
  exampleData?: unknown
}

export const callFlow = createAction({
  name: 'callFlow',
  displayName: 'Call Flow',
  description: 'Calls a flow that starts with "Callable Flow"',
  props: {
    flow: Property.Dropdown<Choice, true>({
      displayName: 'Flow',
      description: 'Published flows that start with "Callable Flow"',
      required: true,
      refreshers: [],
      options: (_values, { flows }) => callableFlows(flows),
    }),
    mode: modeProperty,
    flowProps: Property.DynamicProperties({
      displayName: '',
      required: true,
      refreshers: ['flow', 'mode'],
      async props({ flow, mode }) {
        if (!isMap(flow)) return {}
        const example = isMap(flow.exampleData) ? flow.exampleData.sampleData : undefined
        return dataProperty(mode, 'payload', 'Payload', example)
      },
    }),
    waitForResponse: Property.Checkbox({ displayName: 'Wait for Response', required: false, defaultValue: false }),
  },
  async run(context) {
    if (context.executionType === ExecutionType.RESUME) return responseOf(context.resumePayload.body)
    const { flow, flowProps, waitForResponse } = context.propsValue
    const flowId = await idOf(context.flows, flow?.externalId)
    // The waitpoint comes first: a fast flow answers before this step has paused.
    const waitpoint = waitForResponse ? await context.run.createWaitpoint({ type: 'WEBHOOK' }) : undefined
    const response = await httpClient.sendRequest({
      method: 'POST',
      url: `${context.server.apiUrl}v1/webhooks/${flowId}`,
      headers: {
        'ap-parent-run-id': context.run.id,
        'ap-fail-parent-on-failure': String(waitForResponse === true),
        // Should this step repeat after a crash, the flow that it called is not started again.
        'ap-parent-step': encodeURIComponent(context.step.place ?? context.step.name),
      },
      body: { data: flowProps.payload, callbackUrl: waitpoint?.buildResumeUrl({ queryParams: {} }) },
      // A server that restarts must not fail this run; the header above keeps a second try from starting a second run.
      retries: RETRIES,
    })
    if (waitpoint === undefined) return response.body
    context.run.waitForWaitpoint(waitpoint.id)
    return {}
  },
})

function isCallable(flow: PopulatedFlow): boolean {
  const settings: unknown = flow.version.trigger?.settings
  return isMap(settings) && settings.pieceName === PIECE && settings.triggerName === callableFlow.name
}

async function callableFlows(flows: FlowsContext): Promise<DropdownState<Choice>> {
  const { data } = await flows.list()
  const callable = data.filter((flow) => flow.status === 'ENABLED' && isCallable(flow))
  return {
    options: callable.map((flow) => ({
      label: flow.version.displayName,
      value: { externalId: flow.externalId, exampleData: flow.version.trigger?.settings?.input?.exampleData },
    })),
  }
}

/** @throws when the flow is gone, or can no longer be called. */
async function idOf(flows: FlowsContext, externalId: string | undefined): Promise<string> {
  const { data } = externalId === undefined ? { data: [] } : await flows.list({ externalIds: [externalId] })
  const flow = data.find((flow) => flow.externalId === externalId)
  if (flow === undefined) throw new Error(`The flow to call does not exist: ${externalId}`)
  if (!isCallable(flow)) throw new Error(`The flow does not start with "Callable Flow": ${flow.version.displayName}`)
  return flow.id
}

/** @throws with what the called flow said when it failed. */
function responseOf(body: unknown): { status: unknown; data: unknown } {
  const { status, data } = isMap(body) ? body : {}
  if (status === 'error') throw new Error(JSON.stringify(data))
  return { status, data }
}
