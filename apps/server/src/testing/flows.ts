import type { PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { Person, TestServer } from './server.ts'

/** Resolves with the first value that is not undefined. @throws Error when there is none in time. */
export async function eventually<T>(find: () => Promise<T | undefined>, what: string, limitMs = 60_000): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what}: did not come within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

const now = () => new Date().toISOString()

export function pieceTrigger(pieceName: string, pieceVersion: string, triggerName: string, input = {}) {
  return {
    type: 'PIECE_TRIGGER' as const,
    name: 'trigger',
    displayName: 'Trigger',
    valid: true,
    lastUpdatedDate: now(),
    settings: { pieceName, pieceVersion, triggerName, input, propertySettings: {} },
  }
}

export function pieceAction(name: string, pieceName: string, pieceVersion: string, actionName: string, input = {}) {
  return {
    type: 'PIECE',
    name,
    displayName: name,
    valid: true,
    lastUpdatedDate: now(),
    settings: { pieceName, pieceVersion, actionName, input, propertySettings: {} },
  }
}

export function codeAction(name: string, code: string, input = {}) {
  return {
    type: 'CODE',
    name,
    displayName: name,
    valid: true,
    lastUpdatedDate: now(),
    settings: { sourceCode: { code, packageJson: '{}' }, input },
  }
}

export const webhookTrigger = (pieceVersion = '0.1.29') =>
  pieceTrigger('@activepieces/piece-webhook', pieceVersion, 'catch_webhook', { authType: 'none', authFields: {} })

/** Makes flows of one person's project and looks at their runs, through the API alone. */
export function flowMaker(server: TestServer, owner: Person) {
  const { token, projectId } = owner
  const operate = async (id: string, type: string, request: unknown) =>
    server.call<PopulatedFlow>('POST', `/v1/flows/${id}`, { token, body: { type, request } })

  const must = async (id: string, type: string, request: unknown): Promise<PopulatedFlow> => {
    const { status, body } = await operate(id, type, request)
    if (status !== 200) throw new Error(`${type} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  return {
    operate,
    /** A flow of a trigger and a row of steps. */
    async create(trigger: object, steps: { name: string }[] = []): Promise<PopulatedFlow> {
      const made = await server.call<PopulatedFlow>('POST', '/v1/flows', {
        token,
        body: { displayName: 'A flow', projectId },
      })
      let flow = await must(made.body.id, 'UPDATE_TRIGGER', trigger)
      let parentStep = 'trigger'
      for (const action of steps) {
        flow = await must(flow.id, 'ADD_ACTION', { parentStep, action })
        parentStep = action.name
      }
      return flow
    },
    publish: (id: string) => must(id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' }),
    disable: (id: string) => must(id, 'CHANGE_STATUS', { status: 'DISABLED' }),
    flow: async (id: string) => (await server.call<PopulatedFlow>('GET', `/v1/flows/${id}`, { token })).body,
    run: async (id: string) => (await server.call<FlowRun>('GET', `/v1/flow-runs/${id}`, { token })).body,
    runs: async (flowId: string) =>
      (
        await server.call<{ data: FlowRun[] }>('GET', '/v1/flow-runs', {
          token,
          query: { projectId, flowId, limit: 100 },
        })
      ).body.data,
    /** The run with its steps, once it is over. */
    finished: (id: string): Promise<FlowRun> =>
      eventually(async () => {
        const { body } = await server.call<FlowRun>('GET', `/v1/flow-runs/${id}`, { token })
        return isTerminal(body.status) ? body : undefined
      }, `the end of run ${id}`),
    /** The first `count` runs of a flow, oldest first, once all are over. */
    finishedRuns(flowId: string, count: number): Promise<FlowRun[]> {
      return eventually(async () => {
        const { body } = await server.call<{ data: FlowRun[] }>('GET', '/v1/flow-runs', {
          token,
          query: { projectId, flowId, limit: 100 },
        })
        const over = body.data.filter((run) => isTerminal(run.status))
        return over.length >= count ? over.reverse() : undefined
      }, `${count} runs of flow ${flowId}`)
    },
  }
}
