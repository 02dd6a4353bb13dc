import { z } from 'zod'
import { AnyMap } from '../../json.ts'
import { BranchConditions, type RouterBranch, type RouterExecutionType } from '../router.ts'
import { ErrorHandlingOptions, PieceVersion, PropertySettings } from '../step.ts'
import type { GraphNode } from './graph.ts'
import { DELAY_UNTIL, PIECE_PARTS } from './pieces.ts'

/** The data of nodes, and the settings of steps that they become. */

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const Condition = z.looseObject({ firstValue: Text.default(''), secondValue: Text.optional() })
export const Conditions = z.array(z.array(Condition)).pipe(BranchConditions)

/** The settings of a node that every kind of step has. */
export const CommonData = z.object({
  label: z.string().max(1000).optional(),
  skip: z.boolean().optional(),
  errorHandlingOptions: ErrorHandlingOptions.optional(),
  customLogoUrl: z.string().optional(),
})

export const CodeData = z.object({
  code: z.string().default('export const code = async (inputs) => {\n  return inputs\n}\n'),
  packageJson: z.string().default('{}'),
  input: AnyMap.default({}),
})

export const PieceData = z.object({
  version: PieceVersion.optional(),
  input: AnyMap.optional(),
  propertySettings: z.record(z.string(), PropertySettings).optional(),
})

/** The items of a loop: an expression, or a list as it is. */
export const LoopData = z.object({
  items: z.union([z.string(), z.array(z.unknown()).transform((items) => `{{${JSON.stringify(items)}}}`)]).default(''),
})

export const TRUE = 'true'
export const FALSE = 'false'
export const DEFAULT = 'default'

export const ConditionData = z.object({
  conditions: Conditions.default([]),
  trueName: z.string().default(TRUE),
  falseName: z.string().default(FALSE),
})

/** Each may lead to a row of its own, and a graph has no more nodes. */
export const MAX_CASES = 2000

const Case = z.union([
  Text.transform((value) => ({
    value,
    handle: undefined,
    name: undefined,
    conditions: undefined,
    fallback: undefined,
  })),
  z.object({
    handle: z.string().min(1).max(200).optional(),
    id: z.string().min(1).max(200).optional(),
    name: z.string().optional(),
    label: z.string().optional(),
    value: Text.optional(),
    conditions: Conditions.optional(),
    fallback: z.boolean().optional(),
  }),
])

export const SwitchData = z.object({
  /** The value that is compared with those of the cases. */
  value: Text.optional(),
  cases: z.array(Case).max(MAX_CASES).default([]),
  mode: z.enum(['first', 'all']).default('first'),
  /** The name of the branch that is taken when no case holds; false for none. */
  fallback: z.union([z.string(), z.literal(false)]).default(DEFAULT),
})
type SwitchData = z.output<typeof SwitchData>

export interface Branches {
  branches: RouterBranch[]
  executionType: RouterExecutionType
  /** One for each branch; the last one may have none, and stands for no branch at all. */
  handles: string[]
}

export const branchesOfCondition = ({ conditions, trueName, falseName }: z.output<typeof ConditionData>): Branches => ({
  branches: [
    { branchType: 'CONDITION', branchName: trueName, conditions },
    { branchType: 'FALLBACK', branchName: falseName },
  ],
  executionType: 'EXECUTE_FIRST_MATCH',
  handles: [TRUE, FALSE],
})

export function branchesOfSwitch({ value, cases, mode, fallback }: SwitchData): Branches {
  const handles: string[] = []
  const branches = cases.map((one, index): RouterBranch => {
    const id = 'id' in one ? one.id : undefined
    const label = 'label' in one ? one.label : undefined
    const handle = one.handle ?? id ?? one.name ?? one.value ?? label ?? `case_${index + 1}`
    const branchName = one.name ?? label ?? one.value ?? handle
    handles.push(handle)
    if (one.fallback === true) return { branchType: 'FALLBACK', branchName }
    const compared =
      one.value === undefined
        ? []
        : [[{ firstValue: value ?? '', operator: 'TEXT_EXACTLY_MATCHES' as const, secondValue: one.value }]]
    return { branchType: 'CONDITION', branchName, conditions: one.conditions ?? compared }
  })
  if (fallback !== false) branches.push({ branchType: 'FALLBACK', branchName: fallback })
  handles.push(DEFAULT)
  return { branches, executionType: mode === 'all' ? 'EXECUTE_ALL_MATCH' : 'EXECUTE_FIRST_MATCH', handles }
}

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The ways to say how long a delay is, each in a key of its own. */
export const DELAY_UNITS = ['seconds', 'minutes', 'hours', 'days'] as const

/** The input of the piece that a node stands for, from the data's own words; `input` in the data wins. */
export function inputOfNode({ type, data }: GraphNode): Record<string, unknown> {
  switch (type) {
    case 'http': {
      const { body } = data
      const bodyType = body === undefined || body === null ? 'none' : typeof body === 'string' ? 'raw' : 'json'
      return given({
        method: typeof data.method === 'string' ? data.method.toUpperCase() : 'GET',
        url: data.url ?? '',
        headers: data.headers ?? {},
        queryParams: data.query ?? data.queryParams ?? {},
        authType: 'NONE',
        authFields: {},
        body_type: bodyType,
        body: bodyType === 'none' ? {} : { data: body },
        timeout: data.timeout,
        failureMode: data.failureMode,
        followRedirects: data.followRedirects,
      })
    }
    case 'respond':
      return {
        responseType: typeof data.body === 'string' ? 'raw' : 'json',
        fields: { status: data.status ?? 200, headers: data.headers ?? {}, body: data.body ?? {} },
        respond: data.continue === true ? 'respond' : 'stop',
      }
    case 'delay': {
      if (data.until !== undefined) return { delayUntilTimestamp: data.until }
      const unit = DELAY_UNITS.find((name) => data[name] !== undefined)
      if (unit !== undefined) return { unit, delayFor: data[unit] }
      return { unit: data.unit ?? 'seconds', delayFor: data.amount ?? data.duration ?? data.delayFor }
    }
    case 'trigger.webhook':
      return { authType: data.authType ?? 'none', authFields: data.authFields ?? {} }
    case 'trigger.schedule':
      return { cronExpression: data.cron ?? data.cronExpression, timezone: data.timezone ?? 'UTC' }
    default:
      return {}
  }
}

/** The keys of the data that a type of node gives a meaning to; others come back as they were sent. */
export const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  code: ['code', 'packageJson', 'input'],
  condition: ['conditions', 'trueName', 'falseName'],
  switch: ['value', 'cases', 'mode', 'fallback'],
  loop: ['items'],
  http: [
    ...['method', 'url', 'headers', 'query', 'queryParams', 'body', 'timeout', 'failureMode', 'followRedirects'],
    ...['input', 'version', 'propertySettings'],
  ],
  respond: ['status', 'headers', 'body', 'continue', 'input', 'version', 'propertySettings'],
  delay: [
    ...['until', ...DELAY_UNITS, 'unit', 'amount', 'duration', 'delayFor', 'actionName'],
    ...['input', 'version', 'propertySettings'],
  ],
  action: ['piece', 'pieceName', 'action', 'actionName', 'input', 'version', 'propertySettings'],
  trigger: ['input', 'version', 'propertySettings'],
  'trigger.form': ['input', 'version', 'propertySettings'],
  'trigger.webhook': ['authType', 'authFields', 'input', 'version', 'propertySettings'],
  'trigger.schedule': ['cron', 'cronExpression', 'timezone', 'input', 'version', 'propertySettings'],
  'trigger.piece': ['piece', 'pieceName', 'trigger', 'triggerName', 'input', 'version', 'propertySettings'],
}
export const COMMON_KEYS = ['label', 'skip', 'errorHandlingOptions', 'customLogoUrl'] as const

/** The type of node that shows a part of a built-in piece best. */
export function typeOfPart(piece: string, part: string | undefined): GraphNode['type'] | undefined {
  if (piece === DELAY_UNTIL.piece && part !== undefined) return 'delay'
  const found = Object.entries(PIECE_PARTS).find(([, own]) => own.piece === piece && own.part === part)
  return found && (found[0] as keyof typeof PIECE_PARTS)
}
