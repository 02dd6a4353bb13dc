import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Piece } from '@piecework/engine/contract'
import type { Engine } from '@piecework/engine/engine'
import { createPlan } from '@piecework/engine/flow/plan'
import type { Plan, Run } from '@piecework/engine/flow/planned'
import { createRun, resultOf, STATUS_OF } from '@piecework/engine/flow/run'
import { findPiece } from '@piecework/engine/piece/loader'
import type { EngineConfig, ExecuteFlow, FlowResult, PreparedVersion } from '@piecework/engine/protocol'
import { guarded } from '@piecework/engine/sandbox/guards'
import { createLocalSandbox, NO_CODE_EXPORT } from '@piecework/engine/sandbox/local'
import { printWithinDepth } from '@piecework/engine/state/depth'
import { createRecord } from '@piecework/engine/state/record'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Trigger } from '@piecework/model/flow/step'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { SUBFLOWS } from '../called.ts'
import { type Details, environmentName } from '../dialect.ts'
import { beginCall, withinProgram } from './calls.ts'
import { createEnvironmentConnections, createLocalApi, createMemoryStore, type Store, type Waiting } from './host.ts'
import { recordsOf } from './recorded.ts'
import { computeIn, Ended, type FlowCall, type Running, runIn } from './running.ts'
import type { StepOptions } from './steps.ts'

/** The trigger of a program. */
export interface ProgramEvent {
  name: string
  package: string | undefined
  trigger: string | undefined
  input: () => object
  title: string
}

export const event = (
  name: string,
  package_?: string,
  trigger?: string,
  input: () => object = () => ({}),
  options: StepOptions = {},
): ProgramEvent => ({ name, package: package_, trigger, input, title: options.title ?? name })

interface Head {
  name: string
  details: Details
  /** How the code of each piece is loaded, by `name@version`. */
  pieces: Record<string, () => Promise<object>>
  variables?: Record<string, unknown>
  trigger: ProgramEvent
}

export interface RunOptions {
  /** The environment that holds the connections; the default is that of the process. */
  environment?: Record<string, string | undefined>
  store?: Store
  /** Files of steps are written here. */
  filesFolder?: string
  /** The address at which callers reach this program; ends with a slash. */
  publicUrl?: string
  /** Waits between retries, and while a step waits for a time. */
  sleep?: (ms: number) => Promise<unknown>
  /** Waits for a call of the address of a run. */
  call?: (runId: string) => Promise<unknown>
  /** Gets the answer to the caller as soon as a step gives it. */
  onResponse?: (response: FlowResponse) => void
  /** The steps of an earlier run: what its pieces answered stands for what they do. */
  recorded?: Record<string, unknown>
  /** Gets the work of flows that were called and go on by themselves; without, the run ends when they have. */
  track?: (work: Promise<unknown>) => void
  /** The run that calls this one. */
  caller?: { depth: number; answer(response: unknown): void }
}

export interface Outcome {
  status: FlowResult['status']
  failedStep: FlowResult['failedStep']
  error?: string
  tags: string[]
  response: FlowResponse | undefined
  /** The input and output of each step, as a server shows them. */
  steps: Record<string, unknown>
}

export interface Program {
  head: Head
  /** Runs it once. @param payload what the trigger gives */
  run(payload: unknown, options?: RunOptions): Promise<Outcome>
  engineFor(options: RunOptions, onWait: (waiting: Waiting) => void, runId: string): Engine
  prepared: PreparedVersion
  plan: Plan
}

const ID = 'program'
const LONGEST_TIMER_MS = 2 ** 31 - 1

const LOCAL_URL = 'http://localhost:3000/'

const configOf = (publicUrl: string): EngineConfig => ({
  executionMode: 'UNSANDBOXED',
  networkMode: 'UNRESTRICTED',
  ssrfAllowList: [],
  internalApiUrl: publicUrl,
  publicApiUrl: publicUrl,
  limits: {
    maxLogSizeMb: 250,
    sliceThresholdKb: 1024 * 1024,
    inputTruncateThresholdKb: 1024,
    maxFileSizeMb: 100,
    pausedFlowTimeoutDays: 365,
    isolateMemoryMb: 1024,
    apiPatienceSeconds: 1,
  },
})

/** A flow as a program. @param body its steps */
export function program(head: Head, body: (trigger: unknown) => Promise<void>): Program {
  const pieceKeys = Object.keys(head.pieces)
  const version = versionOf(head)
  const prepared: PreparedVersion = {
    key: ID,
    version,
    codes: {},
    pieces: Object.fromEntries(pieceKeys.map((key) => [key, { bundled: key }])),
  }
  const plan = planOf(prepared, head)
  const loaded = new Map<string, Promise<Piece>>()
  const load = (key: string): Promise<Piece> => {
    const known = loaded.get(key)
    if (known) return known
    const loading = (head.pieces[key]?.() ?? Promise.reject(new Error(`There is no piece ${key}`))).then((module) => {
      const piece = findPiece(module) ?? findPiece(Reflect.get(module, 'default'))
      if (!piece) throw new Error(`The package ${key} does not export a piece`)
      return key.startsWith(`${SUBFLOWS}@`) ? withinProgram(piece) : piece
    })
    loaded.set(key, loading)
    loading.catch(() => loaded.delete(key))
    return loading
  }

  const engineFor: Program['engineFor'] = (options, onWait, runId) => {
    const { publicUrl = LOCAL_URL, store = createMemoryStore(), filesFolder = './files' } = options
    const sandbox = createLocalSandbox()
    return {
      config: configOf(publicUrl),
      steering: {},
      pieces: { load: (location) => load('bundled' in location ? location.bundled : location.file) },
      sandbox,
      api: createLocalApi({ store, filesFolder, runId, publicUrl, onWait }),
      sleep: async (ms) => {
        await (options.sleep ?? delay)(ms)
      },
      plan: () => plan,
    }
  }

  return {
    head,
    prepared,
    plan,
    engineFor,
    async run(payload, options = {}) {
      const runId = randomUUID()
      let response: FlowResponse | undefined
      const onResponse = (given: FlowResponse): void => {
        response ??= given
        options.onResponse?.(given)
      }
      const onWait = (waiting: Waiting): void => {
        running.waiting = waiting
      }
      const engine = engineFor(options, onWait, runId)
      const operation = operationOf(prepared, runId, payload)
      const base = createRun(operation, portOf(onResponse), engine, { ...plan, steps: new Map() })
      const others: Promise<unknown>[] = []
      const track = options.track ?? ((work) => void others.push(work))
      const running = runningOf({ base, head, options: { ...options, track }, prepared, runId })
      await runIn(running, () => execute(running, plan, payload, body))
      const result = resultOf(running.run, running.run.state === 'RUNNING' ? 'SUCCEEDED' : STATUS_OF[running.run.state])
      const log: unknown = JSON.parse(result.log)
      const steps: unknown = Reflect.get(Object(Reflect.get(Object(log), 'executionState')), 'steps')
      const { status, failedStep, tags } = result
      await Promise.all(others)
      return { status, failedStep, tags, response, steps: { ...Object(steps) } }
    },
  }
}

async function execute(
  running: Running,
  plan: Plan,
  payload: unknown,
  body: (trigger: unknown) => Promise<void>,
): Promise<void> {
  const { run } = running
  const { name, type } = plan.trigger
  const record = createRecord(name, type, 'SUCCEEDED')
  record.outputText = JSON.stringify(payload ?? null)
  run.top.steps.set(name, record)
  try {
    await body(JSON.parse(record.outputText))
  } catch (error) {
    if (!(error instanceof Ended)) throw error
  } finally {
    run.sandbox.close()
  }
}

function operationOf(prepared: PreparedVersion, runId: string, payload: unknown): ExecuteFlow {
  return {
    type: 'EXECUTE_FLOW',
    projectId: ID,
    platformId: ID,
    engineToken: '',
    sealKey: '0'.repeat(64),
    flowRunId: runId,
    flowId: prepared.version.flowId,
    prepared,
    executionType: 'BEGIN',
    triggerPayload: JSON.stringify(payload ?? null),
    executeTrigger: false,
    resumePayload: null,
    journal: [],
    test: null,
    callerWaits: true,
    tellsSteps: false,
  }
}

const portOf = (onResponse: (response: FlowResponse) => void) => ({
  journal: () => {},
  flush: async () => {},
  respond: onResponse,
  progress: () => {},
  connection: async () => ({ status: 'NOT_FOUND' as const }),
})

interface RunningParts {
  base: Run
  head: Head
  options: RunOptions & Required<Pick<RunOptions, 'track'>>
  prepared: PreparedVersion
  runId: string
}

function runningOf({ base, head, options, prepared, runId }: RunningParts): Running {
  const { details } = head
  const names = new Map(details.connections)
  const environment = options.environment ?? process.env
  const loads: Running['loads'] = new Map()
  const paused: Running['paused'] = new Map()
  const steps: Running['steps'] = new Map()
  const run: Run = {
    ...base,
    plan: { ...base.plan, steps },
    connections: createEnvironmentConnections(names, environmentName, environment, base.secrets),
    sandbox: {
      ...base.sandbox,
      async runCode(name, inputText) {
        const module: object = (await loads.get(name)?.()) ?? {}
        const code: unknown = Reflect.get(module, 'code') ?? Reflect.get(Object(Reflect.get(module, 'default')), 'code')
        if (typeof code !== 'function') throw new Error(NO_CODE_EXPORT)
        const output: unknown = await guarded(() => Reflect.apply(code, undefined, [JSON.parse(inputText)]))
        return printWithinDepth(output, 'The result of the code') ?? 'null'
      },
    },
    journal: {
      isReplay: false,
      flush: async () => {},
      find: (scope, name) => paused.get(scope.key + name),
      write(record, scope) {
        base.masking.hide(record)
        if (record.status === 'PAUSED')
          paused.set(scope.key + record.name, { type: record.type, status: 'PAUSED', input: {} })
        else paused.delete(scope.key + record.name)
      },
    },
  }
  const around = aroundOf(options, runId)
  const properties = new Map(details.steps.map(({ name, propertySettings = {} }) => [name, propertySettings]))
  return {
    run,
    scope: run.top,
    steps,
    prepared,
    propertySettings: properties,
    paused,
    waiting: undefined,
    called: undefined,
    callees: new Map(),
    depth: options.caller?.depth ?? 0,
    answer: options.caller?.answer,
    begin: (call) => beginCall(call, around),
    loads,
    recorded: options.recorded && recordsOf(options.recorded),
    async wait(waiting) {
      if (waiting?.until === undefined) {
        if (!options.call)
          throw new Error('A step waits for a call, and nobody takes calls: start the program as a server')
        return options.call(runId)
      }
      for (let left = 1; left > 0; ) {
        left = waiting.until.getTime() - Date.now()
        if (left <= 0) break
        if (options.sleep) {
          await options.sleep(left)
          break
        }
        await delay(Math.min(left, LONGEST_TIMER_MS))
      }
      return { body: {}, headers: {}, queryParams: {} }
    },
  }
}

/** Runs other programs as this one runs, each with the answer of its own. */
function aroundOf(options: RunOptions & Required<Pick<RunOptions, 'track'>>, runId: string) {
  const { recorded, onResponse, ...shared } = options
  const depth = (options.caller?.depth ?? 0) + 1
  return {
    publicUrl: options.publicUrl ?? LOCAL_URL,
    runId,
    track: options.track,
    async run({ load }: FlowCall, payload: object, answer: (response: unknown) => void) {
      const { default: other } = await load()
      return other.run(payload, { ...shared, caller: { depth, answer } })
    },
  }
}

/** A version that has the trigger alone: the program itself is the rest. */
function versionOf({ name, trigger, variables, details }: Head): FlowVersion {
  const now = new Date(0).toISOString()
  return {
    id: ID,
    created: now,
    updated: now,
    // The store of a flow that is called is its own.
    flowId: details.flow ?? ID,
    displayName: name,
    trigger: triggerOf(trigger),
    valid: true,
    agentIds: [],
    state: 'LOCKED',
    connectionIds: [],
    notes: [],
    ...(variables ? { graph: { description: '', variables, nodes: [], edges: [], steps: [], shape: '' } } : {}),
  }
}

function triggerOf({ name, package: piece, trigger, title }: ProgramEvent): Trigger {
  const base = { name, displayName: title, valid: true, lastUpdatedDate: '' }
  if (piece === undefined) return { ...base, type: 'EMPTY', settings: {} }
  const at = piece.lastIndexOf('@')
  const settings = { pieceName: piece.slice(0, at), pieceVersion: piece.slice(at + 1), input: {}, propertySettings: {} }
  return {
    ...base,
    type: 'PIECE_TRIGGER',
    settings: trigger === undefined ? settings : { ...settings, triggerName: trigger },
  }
}

function planOf(prepared: PreparedVersion, { trigger, details }: Head): Plan {
  const plan = createPlan(prepared)
  const { piece } = plan.trigger
  if (!piece) return plan
  const propertySettings = details.steps.find(({ name }) => name === trigger.name)?.propertySettings ?? {}
  const input: typeof piece.input = {
    template: {
      kind: 'computed',
      secret: false,
      stable: false,
      compute: (environment) => computeIn(environment, trigger.input),
    },
    connections: connectionsIn(trigger.input),
  }
  return {
    ...plan,
    trigger: { ...plan.trigger, piece: { ...piece, settings: { ...piece.settings, propertySettings }, input } },
  }
}

/** The connections that an input reads. */
function connectionsIn(input: () => object): string[] {
  const ids = new Set<string>()
  const environment = {
    output: () => undefined,
    evaluate: () => undefined,
    connection(externalId: string) {
      ids.add(externalId)
      return {}
    },
  }
  computeIn(environment, input)
  return [...ids]
}
