import { emptyVersion } from './content.ts'
import type { FlowVersion } from './flow.ts'
import { applyOperation, FlowOperation, isVersionOperation } from './operations/registry.ts'
import type { Action, CodeAction, LoopAction, PieceAction, PieceTrigger, RouterAction } from './step.ts'
import { walk } from './walk.ts'

/** Builders of flows for tests. */

export const THEN = '2024-01-01T00:00:00.000Z'
export const NOW = '2024-06-01T12:00:00.000Z'
export const CONTEXT = { now: NOW, userId: 'user' }

const base = (name: string) => ({ name, displayName: name, valid: true, lastUpdatedDate: THEN })

export const code = (name: string, input: Record<string, unknown> = {}): CodeAction => ({
  ...base(name),
  type: 'CODE',
  settings: { sourceCode: { code: 'export const code = async () => 1', packageJson: '{}' }, input },
})

export const piece = (name: string, input: Record<string, unknown> = {}): PieceAction => ({
  ...base(name),
  type: 'PIECE',
  settings: { pieceName: 'mail', pieceVersion: '1.0.0', actionName: 'send', input, propertySettings: {} },
})

export const loop = (name: string, body: Action[] = [], items = '{{trigger.list}}'): LoopAction => {
  const first = chain(body)
  return { ...base(name), type: 'LOOP_ON_ITEMS', settings: { items }, ...(first ? { firstLoopAction: first } : {}) }
}

/** A router with one conditional branch per body and a fallback for the last. */
export const router = (name: string, bodies: Action[][], firstValue = '{{trigger.x}}'): RouterAction => ({
  ...base(name),
  type: 'ROUTER',
  settings: {
    executionType: 'EXECUTE_FIRST_MATCH',
    branches: bodies.map((_, index) =>
      index === bodies.length - 1
        ? { branchType: 'FALLBACK', branchName: 'Otherwise' }
        : {
            branchType: 'CONDITION',
            branchName: `Branch ${index + 1}`,
            conditions: [[{ firstValue, operator: 'EXISTS' }]],
          },
    ),
  },
  children: bodies.map((body) => chain(body) ?? null),
})

export const webhook = (): PieceTrigger => ({
  ...base('trigger'),
  type: 'PIECE_TRIGGER',
  settings: {
    pieceName: 'webhook',
    pieceVersion: '0.1.0',
    triggerName: 'catch_webhook',
    input: {},
    propertySettings: {},
  },
})

/** The steps one after the other. */
export function chain(steps: Action[]): Action | undefined {
  return steps.reduceRight<Action | undefined>((next, step) => (next ? { ...step, nextAction: next } : step), undefined)
}

/** A draft with a webhook trigger and these steps. */
export function flow(...steps: Action[]): FlowVersion {
  const version = emptyVersion({ id: 'version', flowId: 'flow', displayName: 'Flow', now: THEN, userId: null })
  const first = chain(steps)
  return { ...version, valid: true, trigger: { ...webhook(), ...(first ? { nextAction: first } : {}) } }
}

/** Applies an operation as a client sends it. */
export function operate(version: FlowVersion, type: string, request: unknown): FlowVersion {
  const operation = FlowOperation.parse({ type, request })
  if (!isVersionOperation(operation)) throw new Error(`${type} does not change a version`)
  return applyOperation(version, operation, CONTEXT)
}

/** The tree in one line: `trigger a loop(b c) router(d|)`. */
export function outline(version: FlowVersion): string {
  const line = (first: Action | null | undefined): string => {
    const parts: string[] = []
    for (let step = first; step; step = step.nextAction) {
      if (step.type === 'LOOP_ON_ITEMS') parts.push(`${step.name}(${line(step.firstLoopAction)})`)
      else if (step.type === 'ROUTER') parts.push(`${step.name}(${step.children.map(line).join('|')})`)
      else parts.push(step.name)
    }
    return parts.join(' ')
  }
  return `${version.trigger.name} ${line(version.trigger.nextAction)}`.trim()
}

/** The step with this name; fails the test when there is none. */
export function stepOf(version: FlowVersion, name: string) {
  for (const step of walk(version.trigger)) if (step.name === name) return step
  throw new Error(`There is no step ${name}`)
}
