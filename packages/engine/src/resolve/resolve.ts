import { MemoryLimitError, NotJsonError } from '../errors.ts'
import type { Expression, Key } from './expression.ts'
import type { Environment, Template } from './template.ts'

const REDACTED = '**REDACTED**'

/**
 * The value of a template. Values may be shared with the outputs of earlier steps: a caller that hands them to
 * foreign code copies them first.
 */
export function resolve(template: Template, environment: Environment): unknown {
  return walk(template, environment, readExpression)
}

/** The value as the log may show it: whatever comes from a connection is redacted. */
export function resolveRedacted(template: Template, environment: Environment): unknown {
  return walk(template, environment, (expression, env) =>
    expression.kind === 'connection' ? REDACTED : readExpression(expression, env),
  )
}

type ReadExpression = (expression: Expression, environment: Environment) => unknown

function walk(template: Template, environment: Environment, read: ReadExpression): unknown {
  switch (template.kind) {
    case 'constant':
      return template.value
    case 'computed':
      return template.compute(environment)
    case 'token':
      return read(template.expression, environment)
    case 'list':
      return template.items.map((item) => walk(item, environment, read))
    case 'map': {
      const map: Record<string, unknown> = {}
      for (const [key, item] of template.entries) setOwn(map, key, walk(item, environment, read))
      return map
    }
    case 'text': {
      const values = template.parts.map((part) => (typeof part === 'string' ? part : read(part, environment)))
      return template.flatten ? zip(template.parts, values) : values.map(asText).join('')
    }
  }
}

/** `__proto__` in user data is a key like any other. */
function setOwn(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
  else map[key] = value
}

/** One text per element of the longest list among the tokens; other tokens repeat. */
function zip(parts: (string | Expression)[], values: unknown[]): string[] {
  const lists = values.filter(Array.isArray)
  const length = Math.max(0, ...lists.map((list) => list.length))
  const at = (value: unknown, index: number, part: string | Expression | undefined): string =>
    typeof part !== 'string' && Array.isArray(value) ? asText(value[index]) : asText(value)
  return Array.from({ length }, (_, index) => values.map((value, n) => at(value, index, parts[n])).join(''))
}

/** A value as a part of a text. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return printData(value) ?? ''
}

/** Undefined, null and whatever fails become the empty text. */
function readExpression(expression: Expression, environment: Environment): unknown {
  switch (expression.kind) {
    case 'empty':
      return ''
    case 'path':
      return readPath(environment.output(expression.root), expression.keys) ?? ''
    case 'script':
      return attempt(() => environment.evaluate(expression))
    case 'connection': {
      const connection = environment.connection(expression.externalId)
      const { rest } = expression
      if (rest.kind === 'path') return readPath(connection, rest.keys) ?? ''
      return attempt(() => environment.evaluate(rest, connection))
    }
  }
}

/** A value that is not JSON becomes the empty text, like a missing one; large integers become their digits. */
function asData(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? value : ''
    case 'undefined':
    case 'function':
    case 'symbol':
      return ''
    default:
      return value ?? ''
  }
}

/**
 * The JSON text of what an expression gave: large integers in it become their digits, which JSON has no notation for.
 * @throws NotJsonError for values that refer to themselves
 */
export function printData(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  } catch {
    throw new NotJsonError()
  }
}

/** The value of a script; the empty text where it fails. */
export function attempt(evaluate: () => unknown): unknown {
  try {
    return asData(evaluate())
  } catch (error) {
    // The memory of the whole run is gone, not just the value of one expression.
    if (error instanceof MemoryLimitError || error instanceof NotJsonError) throw error
    return ''
  }
}

/** Follows keys through own properties only; a step that leads nowhere gives undefined. */
export function readPath(start: unknown, keys: Key[]): unknown {
  let value = start
  for (const key of keys) {
    if (typeof value === 'string') {
      value = key === 'length' ? value.length : typeof key === 'number' ? value[key] : undefined
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key)) {
      value = Reflect.get(value, key)
    } else {
      return undefined
    }
  }
  return value
}

/** Walks keys through nested maps and lists and gives one flat list. A helper that expressions may call. */
export function flattenNestedKeys(data: unknown, path: string[]): unknown[] {
  if (Array.isArray(data)) return data.flatMap((item) => flattenNestedKeys(item, path))
  const [key, ...rest] = path
  if (key === undefined) return [data]
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return []
  return flattenNestedKeys(Reflect.get(data, key), rest)
}
