import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { StoreScope } from './constants.ts'
import type {
  ActionContextOf,
  ContextOf,
  CreateWaitpointParams,
  FilesService,
  FlowsContext,
  ServerContext,
  Store,
  TriggerContextOf,
  TriggerPayload,
} from './context.ts'
import type { StaticPropsValue } from './property/declared.ts'
import type { InputPropertyMap } from './property/types.ts'
import type { ActionContext } from './typed-context.ts'

/** The effects of an action on the world through its context. */
export interface RecordedEffects {
  stopped: boolean
  /** Answers given to the waiting HTTP caller, in order. */
  responses: FlowResponse[]
  waitpoints: CreateWaitpointParams[]
  /** Ids of the waitpoints that the run pauses for. */
  waitingFor: string[]
  tags: string[]
  outputs: Record<string, unknown>[]
  /** Stored files by URL. */
  files: Map<string, { fileName: string; data: Buffer }>
  /** Polling triggers: the last schedule set. */
  schedule: { cronExpression: string; timezone?: string } | undefined
  listeners: { events: string[]; identifierValue: string }[]
}

interface CommonParams<Auth, Values> {
  propsValue: Values
  auth?: Auth
  store?: Store
  server?: Partial<ServerContext>
  /** Values of the project's connections by external id. */
  connections?: Record<string, Record<string, unknown>>
  flows?: FlowsContext
  stepName?: string
  runId?: string
}

interface ActionParams<Auth, Values> extends CommonParams<Auth, Values> {
  /** Given: the action runs a second time, resumed with this payload. */
  resumePayload?: { body?: unknown; headers?: Record<string, string>; queryParams?: Record<string, string> }
}

interface TriggerParams<Auth, Values> extends CommonParams<Auth, Values> {
  payload?: Partial<TriggerPayload>
  webhookUrl?: string
}

type Recording = { recorded: RecordedEffects }

/** A store that lives as long as the object. */
export function createMemoryStore(): Store {
  const entries = new Map<string, string>()
  const nameOf = (key: string, scope: StoreScope = StoreScope.FLOW) => `${scope}/${key}`
  return {
    async put(key, value, scope) {
      entries.set(nameOf(key, scope), JSON.stringify(value))
      return value
    },
    async get(key, scope) {
      return JSON.parse(entries.get(nameOf(key, scope)) ?? 'null')
    },
    async delete(key, scope) {
      entries.delete(nameOf(key, scope))
    },
  }
}

/**
 * A context to run an action with in a test. The types of the values follow from the values, or from the properties
 * of the action when they are named: `<typeof action.props>`.
 */
export function createMockActionContext<Values, const Auth>(
  params: ActionParams<Auth, Values> & { auth: Auth },
): ActionContextOf<Auth, Values> & Recording
export function createMockActionContext<Values>(
  params: ActionParams<undefined, Values>,
): ActionContextOf<undefined, Values> & Recording
export function createMockActionContext<Props extends InputPropertyMap>(
  params: ActionParams<undefined, StaticPropsValue<Props>>,
): ActionContext<undefined, Props> & Recording
export function createMockActionContext(
  params: ActionParams<unknown, unknown>,
): ActionContextOf<unknown, unknown> & Recording {
  const recorded = noEffects()
  const runId = params.runId ?? 'testRun'
  const context = {
    ...baseContext(params),
    recorded,
    files: recordingFiles(recorded),
    tags: { add: async (tag: { name: string }) => void recorded.tags.push(tag.name) },
    output: { update: async (update: { data: Record<string, unknown> }) => void recorded.outputs.push(update.data) },
    agent: { tools: async () => ({}) },
    run: {
      id: runId,
      stop(params?: { response: FlowResponse }) {
        recorded.stopped = true
        if (params) recorded.responses.push(params.response)
      },
      respond(params?: { response: FlowResponse }) {
        if (params) recorded.responses.push(params.response)
      },
      async createWaitpoint(waitpoint: CreateWaitpointParams) {
        recorded.waitpoints.push(waitpoint)
        const id = `waitpoint${recorded.waitpoints.length}`
        const resumeUrl = `http://localhost/api/v1/flow-runs/${runId}/waitpoints/${id}`
        if (waitpoint.responseToSend) recorded.responses.push(waitpoint.responseToSend)
        return {
          id,
          resumeUrl,
          buildResumeUrl: (url: { queryParams: Record<string, string>; sync?: boolean }) =>
            `${resumeUrl}${url.sync ? '/sync' : ''}?${new URLSearchParams(url.queryParams)}`,
        }
      },
      waitForWaitpoint: (id: string) => void recorded.waitingFor.push(id),
    },
  }
  const { resumePayload } = params
  if (resumePayload === undefined) return { ...context, executionType: 'BEGIN' }
  return {
    ...context,
    executionType: 'RESUME',
    resumePayload: {
      body: resumePayload.body ?? {},
      headers: resumePayload.headers ?? {},
      queryParams: resumePayload.queryParams ?? {},
    },
  }
}

/** Has what any kind of trigger may ask for. */
type MockTriggerContext<Auth, Values> = TriggerContextOf<Auth, Values, 'APP_WEBHOOK'> &
  TriggerContextOf<Auth, Values, 'POLLING'> &
  Recording & { files: FilesService; run: { id: string } }

/** A context to run any hook of a trigger with in a test. */
export function createMockTriggerContext<Values, const Auth>(
  params: TriggerParams<Auth, Values> & { auth: Auth },
): MockTriggerContext<Auth, Values>
export function createMockTriggerContext<Values>(
  params: TriggerParams<undefined, Values>,
): MockTriggerContext<undefined, Values>
export function createMockTriggerContext(
  params: TriggerParams<unknown, unknown>,
): MockTriggerContext<unknown, unknown> {
  const recorded = noEffects()
  return {
    ...baseContext(params),
    recorded,
    files: recordingFiles(recorded),
    run: { id: params.runId ?? 'testRun' },
    webhookUrl: params.webhookUrl ?? 'http://localhost/api/v1/webhooks/testFlow',
    payload: { body: {}, headers: {}, queryParams: {}, method: 'POST', ...params.payload },
    app: {
      createListeners: (listeners: { events: string[]; identifierValue: string }) =>
        void recorded.listeners.push(listeners),
    },
    setSchedule: (schedule: { cronExpression: string; timezone?: string }) => {
      recorded.schedule = schedule
    },
  }
}

function baseContext(params: CommonParams<unknown, unknown>): ContextOf<unknown, unknown> & { server: ServerContext } {
  return {
    auth: params.auth,
    propsValue: params.propsValue,
    store: params.store ?? createMemoryStore(),
    project: { id: 'testProject', externalId: async () => 'test-project' },
    connections: { get: async (key: string) => params.connections?.[key] ?? null },
    flows: params.flows ?? {
      list: async () => ({ data: [], next: null, previous: null }),
      current: { id: 'testFlow', version: { id: 'testFlowVersion' } },
    },
    step: { name: params.stepName ?? 'step_1', place: params.stepName ?? 'step_1' },
    server: {
      apiUrl: 'http://localhost/api/',
      publicUrl: 'http://localhost/api/',
      token: 'test-token',
      ...params.server,
    },
  }
}

function noEffects(): RecordedEffects {
  return {
    stopped: false,
    responses: [],
    waitpoints: [],
    waitingFor: [],
    tags: [],
    outputs: [],
    files: new Map(),
    schedule: undefined,
    listeners: [],
  }
}

function recordingFiles(recorded: RecordedEffects): FilesService {
  return {
    async write(file) {
      const url = `http://localhost/api/v1/step-files/${recorded.files.size + 1}/${encodeURIComponent(file.fileName)}`
      recorded.files.set(url, file)
      return url
    },
  }
}
