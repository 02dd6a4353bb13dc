import { setTimeout as sleep } from 'node:timers/promises'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowRun } from '@piecework/model/run/run'
import { type AnswerOf, type Api, type Client as ApiClient, createClient, type RequestOf } from '@piecework/sdk'

type Runs = AnswerOf<Api['flowRuns']['list']>
/** The filters of lists of runs. */
export type RunFilter = Partial<RequestOf<Api['flowRuns']['list']>['query']>
type Operation = RequestOf<Api['flows']['operate']>['body']

/** A signed-in user of a server, for tests and benchmarks. */
export interface Client {
  base: string
  projectId: string
  token: string
  api: ApiClient
  operate(flowId: string, operation: Operation): Promise<PopulatedFlow>
  /** Creates a flow without steps. @returns its id. */
  draft(): Promise<string>
  /** Creates a flow of a trigger (a webhook) and these steps, publishes and enables it. @returns its id. */
  liveFlow(steps: object[], trigger?: object): Promise<string>
  /** The same flow with other steps, published again. */
  republish(flowId: string, steps: object[], trigger?: object): Promise<void>
  run(id: string): Promise<FlowRun>
  runs(filter?: RunFilter): Promise<Runs>
}

const ACCOUNT = {
  email: 'owner@example.com',
  password: 'Correct.horse.1',
  firstName: 'Olive',
  lastName: 'Owner',
  trackEvents: false,
  newsLetter: false,
}

/** Signs the owner up on a fresh server, in on a used one. */
export async function signIn(base: string): Promise<Client> {
  const { authentication } = createClient({ url: base })
  const { token, projectId } = await authentication
    .signUp({ body: ACCOUNT })
    .catch(() => authentication.signIn({ body: ACCOUNT }))
  if (projectId === null) throw new Error('The owner has no project')
  // Tests and benchmarks look at each answer, also at the first that fails.
  const api = createClient({ url: base, token, retries: 0 })
  const operate: Client['operate'] = (id, body) => api.flows.operate({ params: { id }, body })
  const republish: Client['republish'] = async (flowId, steps, trigger = webhook()) => {
    const whole = { ...trigger, nextAction: chain(steps) }
    const request = { displayName: 'flow', trigger: whole, schemaVersion: '20', notes: [] }
    await operate(flowId, { type: 'IMPORT_FLOW', request })
    await operate(flowId, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
  }
  const draft = async () => (await api.flows.create({ body: { displayName: 'flow', projectId } })).id
  return {
    base,
    projectId,
    token,
    api,
    operate,
    draft,
    republish,
    async liveFlow(steps, trigger) {
      const id = await draft()
      await republish(id, steps, trigger)
      return id
    },
    run: (id) => api.flowRuns.get({ params: { id } }),
    runs: (filter = {}) => api.flowRuns.list({ query: { projectId, ...filter } }),
  }
}

const lastUpdatedDate = new Date(0).toISOString()
const base = (name: string) => ({ name, displayName: name, valid: true, lastUpdatedDate })
const WEBHOOK = { pieceName: '@activepieces/piece-webhook', pieceVersion: '0.1.33', propertySettings: {} }

/** The webhook piece's trigger. */
export const webhook = (authType: string = 'none', authFields: Record<string, unknown> = {}) => ({
  ...base('trigger'),
  type: 'PIECE_TRIGGER' as const,
  settings: { ...WEBHOOK, triggerName: 'catch_webhook', input: { authType, authFields } },
})

/** A code step. */
export const code = (
  name: string,
  source: string,
  input: Record<string, unknown> = {},
  errorHandlingOptions: object = {},
) => ({
  ...base(name),
  type: 'CODE' as const,
  settings: { sourceCode: { code: source, packageJson: '{}' }, input, errorHandlingOptions },
})

/** A step of a piece. */
export const piece = (
  name: string,
  pieceName: string,
  pieceVersion: string,
  actionName: string,
  input: Record<string, unknown> = {},
) => ({
  ...base(name),
  type: 'PIECE' as const,
  settings: { pieceName, pieceVersion, actionName, input, propertySettings: {} },
})

/** A router; a branch without conditions is the one for everything else. */
export const router = (
  name: string,
  branches: { conditions?: object[][]; steps: object[] }[],
  executionType: 'EXECUTE_FIRST_MATCH' | 'EXECUTE_ALL_MATCH' = 'EXECUTE_FIRST_MATCH',
) => ({
  ...base(name),
  type: 'ROUTER',
  settings: {
    executionType,
    branches: branches.map(({ conditions }, index) =>
      conditions
        ? { branchName: `Branch ${index + 1}`, branchType: 'CONDITION', conditions }
        : { branchName: 'Otherwise', branchType: 'FALLBACK' },
    ),
  },
  children: branches.map(({ steps }) => chain(steps) ?? null),
})

/** A loop over an expression. */
export const loop = (name: string, items: string, body: object[]) => ({
  ...base(name),
  type: 'LOOP_ON_ITEMS',
  settings: { items },
  firstLoopAction: chain(body),
})

/** The webhook piece's "return response". */
export const respond = (name: string, body: unknown, more: Record<string, unknown> = {}) => ({
  ...base(name),
  type: 'PIECE' as const,
  settings: {
    ...WEBHOOK,
    actionName: 'return_response',
    input: { responseType: 'json', respond: 'stop', fields: { status: 200, headers: {}, body }, ...more },
  },
})

/** Steps one after another. */
export function chain(steps: object[]): object | undefined {
  return steps.reduceRight<object | undefined>((next, step) => (next ? { ...step, nextAction: next } : step), undefined)
}

/** Asks until there is an answer; the test's own time limit bounds it. */
export async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await probe()
    if (found) return found
    await sleep(50)
  }
}
