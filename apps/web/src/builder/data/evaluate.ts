import { tokenSpans } from '@piecework/model/flow/expression-tokens'
import { isNode, keyOf, type Node, treeOf } from './reference.ts'

/** The latest output of a step, if there is one. */
export type Sample = { isKnown: true; value: unknown } | { isKnown: false }

/** The result of a text with expressions, on the latest data. */
export type Evaluated =
  | { kind: 'value'; value: unknown }
  /** A step has no data yet. */
  | { kind: 'untested'; step: string }
  /** Only a run can tell, as code of the author or the value of a connection is in it. */
  | { kind: 'runs' }
  /** It is not an expression. */
  | { kind: 'broken'; token: string }

class Stop extends Error {
  readonly outcome: Evaluated
  constructor(outcome: Evaluated) {
    super(outcome.kind)
    this.outcome = outcome
  }
}

type Samples = (step: string) => Sample | undefined

/** An expression between braces, with the start and the end of the text that it stands for. */
export interface Token {
  from: number
  to: number
  inside: string
}

/** Every `{{ }}` of a text. */
export function tokensIn(text: string): Token[] {
  return text.includes('{{')
    ? [...tokenSpans(text)].map(({ start, end }) => ({ from: start - 2, to: end + 2, inside: text.slice(start, end) }))
    : []
}

/** The value of a text with expressions, by the rules of the engine. @param samples undefined for what is no step. */
export function evaluateText(text: string, samples: Samples): Evaluated {
  const tokens = tokensIn(text)
  try {
    const [only] = tokens
    if (only && tokens.length === 1 && only.from === 0 && only.to === text.length)
      return { kind: 'value', value: valueIn(only.inside, samples) }
    const parts: { value: unknown; isToken: boolean }[] = []
    let done = 0
    for (const { from, to, inside } of tokens) {
      parts.push({ value: text.slice(done, from), isToken: false })
      parts.push({ value: valueIn(inside, samples), isToken: true })
      done = to
    }
    parts.push({ value: text.slice(done), isToken: false })
    if (tokens.some(({ inside }) => inside.trimStart().startsWith('flattenNestedKeys(')))
      return { kind: 'value', value: zip(parts) }
    return { kind: 'value', value: parts.map(({ value }) => asText(value)).join('') }
  } catch (error) {
    if (error instanceof Stop) return error.outcome
    throw error
  }
}

/** One text for each item of the longest list. */
function zip(parts: { value: unknown; isToken: boolean }[]): string[] {
  const length = Math.max(0, ...parts.map(({ value }) => (Array.isArray(value) ? value.length : 0)))
  return Array.from({ length }, (_, index) =>
    parts.map(({ value, isToken }) => asText(isToken && Array.isArray(value) ? value[index] : value)).join(''),
  )
}

/** A value in a text. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : (JSON.stringify(value) ?? '')
}

function valueIn(token: string, samples: Samples): unknown {
  if (token.trim() === '') return ''
  const tree = treeOf(token)
  if (!tree) throw new Stop({ kind: 'broken', token: token.trim() })
  const value = evaluate(tree, samples)
  return value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value)) ? '' : value
}

function evaluate(node: unknown, samples: Samples): unknown {
  const read = isNode(node) ? KINDS[node.type] : undefined
  if (!isNode(node) || !read) throw new Stop({ kind: 'runs' })
  return read(node, samples)
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The parts of expressions that have a result without running anything. All others wait for a run. */
const KINDS: Record<string, (node: Node, samples: Samples) => unknown> = {
  Literal(node) {
    if ('regex' in node || 'bigint' in node) throw new Stop({ kind: 'runs' })
    return node.value
  },
  Identifier({ name }, samples) {
    if (name === 'undefined') return undefined
    const sample = samples(String(name))
    if (!sample) throw new Stop({ kind: 'runs' })
    if (!sample.isKnown) throw new Stop({ kind: 'untested', step: String(name) })
    return sample.value
  },
  ChainExpression: ({ expression }, samples) => evaluate(expression, samples),
  ParenthesizedExpression: ({ expression }, samples) => evaluate(expression, samples),
  MemberExpression(node, samples) {
    const object = evaluate(node.object, samples)
    const key = node.computed === true ? evaluate(node.property, samples) : keyOf(node)
    if (typeof key !== 'string' && typeof key !== 'number') return undefined
    return member(object, key)
  },
  TemplateLiteral({ quasis, expressions }, samples) {
    const values = list(expressions).map((part) => evaluate(part, samples))
    const texts = list(quasis).map((part) => (isNode(part) ? String(Reflect.get(Object(part.value), 'cooked')) : ''))
    return texts.map((text, index) => text + (index < values.length ? String(values[index]) : '')).join('')
  },
  ConditionalExpression: ({ test, consequent, alternate }, samples) =>
    evaluate(evaluate(test, samples) ? consequent : alternate, samples),
  LogicalExpression({ operator, left, right }, samples) {
    const first = evaluate(left, samples)
    const isDone =
      operator === '&&' ? !first : operator === '||' ? Boolean(first) : first !== null && first !== undefined
    return isDone ? first : evaluate(right, samples)
  },
  UnaryExpression({ operator, argument }, samples) {
    const value = evaluate(argument, samples)
    if (operator === '!') return !value
    if (operator === '-') return -Number(value)
    if (operator === '+') return Number(value)
    throw new Stop({ kind: 'runs' })
  },
  BinaryExpression({ operator, left, right }, samples) {
    return combine(String(operator), evaluate(left, samples), evaluate(right, samples))
  },
  CallExpression({ callee, arguments: given }, samples) {
    if (!isNode(callee) || callee.name !== 'flattenNestedKeys') throw new Stop({ kind: 'runs' })
    const [data, keys] = list(given)
    const path = isNode(keys) ? list(keys.elements).map((key) => String(evaluate(key, samples))) : []
    return flatten(evaluate(data, samples), path)
  },
}

function member(object: unknown, key: string | number): unknown {
  if (typeof object === 'string')
    return key === 'length' ? object.length : typeof key === 'number' ? object[key] : stopAtMethod(object, key)
  if (typeof object !== 'object' || object === null) return undefined
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : stopAtMethod(object, key)
}

/** A method, such as `toUpperCase`. */
function stopAtMethod(object: unknown, key: string | number): undefined {
  if (Reflect.get(Object(object), key) !== undefined) throw new Stop({ kind: 'runs' })
  return undefined
}

function combine(operator: string, left: unknown, right: unknown): unknown {
  const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'
  if (operator === '===') return left === right
  if (operator === '!==') return left !== right
  if (!isPlain(left) || !isPlain(right)) throw new Stop({ kind: 'runs' })
  if (operator === '+')
    return typeof left === 'number' && typeof right === 'number' ? left + right : String(left) + String(right)
  if (operator === '>') return left > right
  if (operator === '<') return left < right
  if (operator === '>=') return left >= right
  if (operator === '<=') return left <= right
  const [a, b] = [Number(left), Number(right)]
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (operator === '/') return a / b
  if (operator === '%') return a % b
  throw new Stop({ kind: 'runs' })
}

/** Walks keys through maps and lists, and gives one flat list. */
function flatten(data: unknown, [key, ...rest]: readonly string[]): unknown[] {
  if (Array.isArray(data)) return data.flatMap((item) => flatten(item, key === undefined ? [] : [key, ...rest]))
  if (key === undefined) return [data]
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return []
  return flatten(Reflect.get(data, key), rest)
}
