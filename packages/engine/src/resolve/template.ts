import { tokenSpans } from '@piecework/model/flow/expression-tokens'
import { type Expression, parseExpression, type Script } from './expression.ts'

/** The values for resolving templates. */
export interface Environment {
  /** The output of a step that the expression may see; undefined when it has none. */
  output(stepName: string): unknown
  /** Runs a script; `connection` is the value that the script sees as `$connection`. */
  evaluate(script: Script, connection?: unknown): unknown
  /** A connection that was loaded before. */
  connection(externalId: string): unknown
}

/**
 * A step's input, understood once per flow version: which parts are constant, which are expressions. `secret`
 * parts read connections and are logged redacted; `stable` parts give the same value again on a replay.
 */
export type Template = { secret: boolean; stable: boolean } & (
  | { kind: 'constant'; value: unknown }
  | { kind: 'token'; expression: Expression }
  | { kind: 'text'; parts: (string | Expression)[]; flatten: boolean }
  | { kind: 'list'; items: Template[] }
  | { kind: 'map'; entries: [string, Template][] }
  /** A flow that was exported as a program computes its inputs. */
  | { kind: 'computed'; compute: (environment: Environment) => unknown }
)

/** Understands an input: every string in it is searched for tokens, keys are left alone. */
export function compileTemplate(value: unknown, stepNames: ReadonlySet<string>): Template {
  if (typeof value === 'string') return compileText(value, stepNames)
  if (Array.isArray(value)) {
    const items = value.map((item) => compileTemplate(item, stepNames))
    return items.every(isConstant) ? constant(value) : { kind: 'list', items, ...traitsOf(items) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, Template] => [
      key,
      compileTemplate(item, stepNames),
    ])
    const parts = entries.map(([, template]) => template)
    return parts.every(isConstant) ? constant(value) : { kind: 'map', entries, ...traitsOf(parts) }
  }
  return constant(value)
}

/** The connections that a template reads. */
export function connectionsOf(template: Template): string[] {
  const ids = new Set<string>()
  const visit = (part: Template): void => {
    if (!part.secret) return
    if (part.kind === 'token') add(part.expression)
    else if (part.kind === 'text') for (const piece of part.parts) typeof piece === 'string' || add(piece)
    else if (part.kind === 'list') part.items.forEach(visit)
    else if (part.kind === 'map') for (const [, item] of part.entries) visit(item)
  }
  const add = (expression: Expression): void => {
    if (expression.kind === 'connection') ids.add(expression.externalId)
  }
  visit(template)
  return [...ids]
}

const constant = (value: unknown): Template => ({ kind: 'constant', value, secret: false, stable: true })
const isConstant = (template: Template): boolean => template.kind === 'constant'
const traitsOf = (parts: Template[]): { secret: boolean; stable: boolean } => ({
  secret: parts.some((part) => part.secret),
  stable: parts.every((part) => part.stable),
})

/** The length of `{{` and of `}}`. */
const BRACES = 2

function compileText(text: string, stepNames: ReadonlySet<string>): Template {
  const parts: (string | Expression)[] = []
  let flatten = false
  let end = 0
  for (const span of tokenSpans(text)) {
    const token = text.slice(span.start, span.end)
    const start = span.start - BRACES
    if (start > end) parts.push(text.slice(end, start))
    parts.push(parseExpression(token, stepNames))
    flatten ||= token.trimStart().startsWith('flattenNestedKeys(')
    end = span.end + BRACES
  }
  if (parts.length === 0) return constant(text)
  if (end < text.length) parts.push(text.slice(end))
  const expressions = parts.filter((part) => typeof part !== 'string')
  const secret = expressions.some((expression) => expression.kind === 'connection')
  const stable = expressions.every((expression) => expression.kind === 'path' || expression.kind === 'empty')
  const [only] = parts
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') {
    return { kind: 'token', expression: only, secret, stable }
  }
  return { kind: 'text', parts, flatten, secret, stable }
}
