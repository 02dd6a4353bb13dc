import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Action, CodeAction, LoopAction, PieceAction, RouterAction, Trigger } from '@piecework/model/flow/step'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import { type BundledPieces, createEngine, type Engine, type EngineOptions } from '../engine.ts'
import type { StepKinds } from '../flow/kinds/registry.ts'
import { runFlow } from '../flow/run.ts'
import type {
  EngineConfig,
  ExecuteFlow,
  FlowResult,
  JournalEntry,
  PieceLocation,
  PreparedVersion,
  RunPort,
} from '../protocol.ts'
import { RunLogText } from './run-log.ts'

/** Helpers of the engine's tests: short definitions of flows, real compiled code files, a port that records. */

export const BOTH_MODES = ['UNSANDBOXED', 'SANDBOX_CODE_ONLY'] as const

export function configOf(
  changes: Partial<EngineConfig> = {},
  limits: Partial<EngineConfig['limits']> = {},
): EngineConfig {
  return {
    executionMode: 'UNSANDBOXED',
    networkMode: 'UNRESTRICTED',
    ssrfAllowList: [],
    internalApiUrl: 'http://127.0.0.1:9/api/',
    publicApiUrl: 'https://flows.example.com/api/',
    limits: {
      maxLogSizeMb: 25,
      sliceThresholdKb: 32,
      inputTruncateThresholdKb: 2,
      maxFileSizeMb: 25,
      pausedFlowTimeoutDays: 30,
      isolateMemoryMb: 128,
      apiPatienceSeconds: 1,
      ...limits,
    },
    ...changes,
  }
}

const base = { valid: true, lastUpdatedDate: '2026-01-01T00:00:00.000Z' }

/** Code of a step: the body of its `code` function over `i`. */
export const code = (
  name: string,
  body: string,
  input: Record<string, unknown> = {},
  more: Partial<CodeAction['settings']> = {},
): CodeAction => ({
  ...base,
  name,
  displayName: `Step ${name}`,
  type: 'CODE',
  settings: { sourceCode: { code: `exports.code = async (i) => { ${body} }`, packageJson: '{}' }, input, ...more },
})
export const rawCode = (name: string, source: string, input: Record<string, unknown> = {}): CodeAction => ({
  ...code(name, '', input),
  settings: { sourceCode: { code: source, packageJson: '{}' }, input },
})
export const loop = (name: string, items: string, body: Action[]): LoopAction => ({
  ...base,
  name,
  displayName: `Step ${name}`,
  type: 'LOOP_ON_ITEMS',
  settings: { items },
  ...(body.length === 0 ? {} : { firstLoopAction: chain(body) }),
})
type Branch = RouterAction['settings']['branches'][number]
export const when = (
  branchName: string,
  firstValue: string,
  operator: string,
  secondValue: string,
  body: Action[],
) => ({
  branch: { branchType: 'CONDITION', branchName, conditions: [[{ firstValue, operator, secondValue }]] } as Branch,
  body,
})
export const otherwise = (body: Action[]) => ({
  branch: { branchType: 'FALLBACK', branchName: 'Otherwise' } as Branch,
  body,
})
export const router = (name: string, branches: { branch: Branch; body: Action[] }[], all = false): RouterAction => ({
  ...base,
  name,
  displayName: `Step ${name}`,
  type: 'ROUTER',
  settings: {
    branches: branches.map(({ branch }) => branch),
    executionType: all ? 'EXECUTE_ALL_MATCH' : 'EXECUTE_FIRST_MATCH',
  },
  children: branches.map(({ body }) => (body.length === 0 ? null : chain(body))),
})
export const piece = (
  name: string,
  pieceName: string,
  actionName: string,
  input: Record<string, unknown> = {},
  more: Partial<PieceAction['settings']> = {},
): PieceAction => ({
  ...base,
  name,
  displayName: `Step ${name}`,
  type: 'PIECE',
  settings: { pieceName, pieceVersion: '1.0.0', actionName, input, propertySettings: {}, ...more },
})

/** Links steps in a row. */
export function chain(actions: Action[]): Action {
  const [first, ...rest] = actions
  if (first === undefined) throw new Error('A chain needs a step')
  return rest.length === 0 ? first : { ...first, nextAction: chain(rest) }
}

export const webhookTrigger = (
  pieceName = '@activepieces/piece-webhook',
  input: Record<string, unknown> = {},
): Trigger => ({
  ...base,
  name: 'trigger',
  displayName: 'Trigger',
  type: 'PIECE_TRIGGER',
  settings: { pieceName, pieceVersion: '1.0.0', triggerName: 'catch', input, propertySettings: {} },
})

export function versionOf(actions: Action[], trigger: Trigger = { ...webhookTrigger() }): FlowVersion {
  return {
    id: 'version00000000000001',
    created: '2026-01-01T00:00:00.000Z',
    updated: '2026-01-01T00:00:00.000Z',
    flowId: 'flow0000000000000001',
    displayName: 'Flow',
    trigger: { ...trigger, ...(actions.length === 0 ? {} : { nextAction: chain(actions) }) },
    valid: true,
    agentIds: [],
    state: 'LOCKED',
    connectionIds: [],
    notes: [],
  }
}

let versions = 0

/** Writes the code of every step to a file, as the worker does. */
export async function prepare(
  folder: string,
  version: FlowVersion,
  pieces: Record<string, PieceLocation> = {},
): Promise<PreparedVersion> {
  const key = `v${++versions}`
  const codes: Record<string, string> = {}
  for (const action of allActions(version.trigger.nextAction)) {
    if (action.type !== 'CODE') continue
    const file = join(folder, `${key}-${action.name}.cjs`)
    await writeFile(file, action.settings.sourceCode.code)
    codes[action.name] = file
  }
  return { key, version, codes, pieces }
}

function* allActions(first: Action | null | undefined): Generator<Action> {
  for (let action = first; action !== undefined && action !== null; action = action.nextAction) {
    yield action
    if (action.type === 'LOOP_ON_ITEMS') yield* allActions(action.firstLoopAction)
    if (action.type === 'ROUTER') for (const child of action.children) yield* allActions(child)
  }
}

export function operationOf(prepared: PreparedVersion, changes: Partial<ExecuteFlow> = {}): ExecuteFlow {
  return {
    type: 'EXECUTE_FLOW',
    projectId: 'project-a',
    platformId: 'platform',
    engineToken: 'engine-token',
    sealKey: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    flowRunId: 'run00000000000000001',
    flowId: prepared.version.flowId,
    prepared,
    executionType: 'BEGIN',
    triggerPayload: '{}',
    executeTrigger: false,
    resumePayload: null,
    journal: [],
    test: null,
    callerWaits: false,
    tellsSteps: false,
    ...changes,
  }
}

/** The answer of a worker, from the stand-in for the API that the engine is configured with. */
export const connectionsOf =
  ({ config }: Pick<Engine, 'config'>): RunPort['connection'] =>
  async (externalId) => {
    const path = `v1/worker/app-connections/${encodeURIComponent(externalId)}`
    const response = await fetch(new URL(path, config.internalApiUrl))
    return response.ok ? Connection.parse(await response.json()) : { status: 'NOT_FOUND' }
  }

const Connection = z.object({ status: z.enum(['ACTIVE', 'ERROR']).default('ACTIVE'), value: z.unknown() })

/** For operations that use none. */
export const noConnections: RunPort['connection'] = async () => ({ status: 'NOT_FOUND' })

export interface RunOutcome {
  result: FlowResult
  log: RunLogText
  entries: JournalEntry[]
  /** How many entries were on disk at each flush. */
  flushes: number[]
  responses: FlowResponse[]
  progress: string[]
}

/** Runs an operation over a port that keeps everything in memory. */
export async function run(engine: Engine, operation: ExecuteFlow): Promise<RunOutcome> {
  const entries: JournalEntry[] = []
  const flushes: number[] = []
  const responses: FlowResponse[] = []
  const progress: string[] = []
  const result = await runFlow(
    operation,
    {
      journal: (entry) => entries.push(entry),
      async flush() {
        await new Promise((done) => setImmediate(done))
        flushes.push(entries.length)
      },
      respond: (response) => responses.push(response),
      progress: (_, __, output) => progress.push(output),
      connection: connectionsOf(engine),
    },
    engine,
  )
  return { result, log: RunLogText.parse(JSON.parse(result.log)), entries, flushes, responses, progress }
}

/** Runs a flow once, from its actions alone. */
export async function runOnce(
  actions: Action[],
  body: unknown = {},
  options: {
    mode?: EngineConfig['executionMode']
    limits?: Partial<EngineConfig['limits']>
    pieces?: BundledPieces
    trigger?: Trigger
    apiUrl?: string
    operation?: Partial<ExecuteFlow>
    sleep?: (ms: number) => Promise<void>
    kinds?: StepKinds
    steering?: EngineOptions['steering']
  } = {},
): Promise<RunOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'))
  try {
    const { mode = 'UNSANDBOXED', pieces = {} } = options
    const config = configOf(
      { executionMode: mode, ...(options.apiUrl === undefined ? {} : { internalApiUrl: options.apiUrl }) },
      options.limits,
    )
    const { kinds, steering = {}, sleep = async () => undefined } = options
    const engine = createEngine({ config, pieces, sleep, steering, ...(kinds ? { kinds } : {}) })
    const locations = Object.fromEntries(Object.keys(pieces).map((name) => [`${name}@1.0.0`, { bundled: name }]))
    const prepared = await prepare(folder, versionOf(actions, options.trigger), locations)
    const triggerPayload = JSON.stringify({ body, headers: {}, queryParams: {}, method: 'POST' })
    return await run(engine, operationOf(prepared, { triggerPayload, ...options.operation }))
  } finally {
    await rm(folder, { recursive: true })
  }
}
