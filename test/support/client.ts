import { setTimeout as sleep } from 'node:timers/promises'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import type { SeekPage } from '@piecework/model/page'
import type { FlowRun } from '@piecework/model/run/run'

/** A signed-in user of a server, for tests and benchmarks. */
export interface Client {
  base: string
  projectId: string
  token: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  operate(flowId: string, type: string, request: unknown): Promise<PopulatedFlow>
  /** Creates a flow of a trigger (a webhook) and these steps, publishes and enables it. @returns its id. */
  liveFlow(steps: object[], trigger?: object): Promise<string>
  /** The same flow with other steps, published again. */
  republish(flowId: string, steps: object[], trigger?: object): Promise<void>
  run(id: string): Promise<FlowRun>
  runs(query?: string): Promise<SeekPage<FlowRun>>
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
  const session = (await call(base, 'POST', '/v1/authentication/sign-up', ACCOUNT).catch(() =>
    call(base, 'POST', '/v1/authentication/sign-in', ACCOUNT),
  )) as { token: string; projectId: string }
  const { token, projectId } = session
  const get = <T>(path: string) => call(base, 'GET', path, undefined, token) as Promise<T>
  const post = <T>(path: string, body: unknown) => call(base, 'POST', path, body, token) as Promise<T>
  const operate = (flowId: string, type: string, request: unknown) =>
    post<PopulatedFlow>(`/v1/flows/${flowId}`, { type, request })
  const republish = async (flowId: string, steps: object[], trigger: object = webhook()) => {
    const whole = { ...trigger, nextAction: chain(steps) }
    await operate(flowId, 'IMPORT_FLOW', { displayName: 'flow', trigger: whole, schemaVersion: '20', notes: [] })
    await operate(flowId, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
  }
  return {
    base,
    projectId,
    token,
    get,
    post,
    operate,
    republish,
    async liveFlow(steps, trigger) {
      const flow = await post<PopulatedFlow>('/v1/flows', { displayName: 'flow', projectId })
      await republish(flow.id, steps, trigger)
      return flow.id
    },
    run: (id) => get(`/v1/flow-runs/${id}`),
    runs: (query = '') => get(`/v1/flow-runs?projectId=${projectId}${query}`),
  }
}

async function call(base: string, method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

const lastUpdatedDate = new Date(0).toISOString()
const base = (name: string) => ({ name, displayName: name, valid: true, lastUpdatedDate })
const WEBHOOK = { pieceName: '@activepieces/piece-webhook', pieceVersion: '0.1.33', propertySettings: {} }

/** The webhook piece's trigger. */
export const webhook = (authType: string = 'none', authFields: Record<string, unknown> = {}) => ({
  ...base('trigger'),
  type: 'PIECE_TRIGGER',
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
  type: 'CODE',
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
  type: 'PIECE',
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
  type: 'PIECE',
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
