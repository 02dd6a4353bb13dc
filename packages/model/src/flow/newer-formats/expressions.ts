import { type Expression, type Node, parseExpressionAt } from 'acorn'
import { tokenSpans } from '../expression-tokens.ts'

/** The names at the root of the expressions of a text, which newer flow formats write differently. */

export interface Root {
  name: string
  /** The member directly under the root: `['output']` or `.output`. */
  member: string | undefined
  /** Written `['output']`, as newer releases write it. */
  isBracket: boolean
  /** The same member comes twice: `['output']['output']`. */
  isDoubled: boolean
  /** The position of the direct member in the text. */
  start: number
  end: number
}

export interface Token {
  roots: Root[]
  /** False when the expression is not JavaScript, so its names are unknown. */
  isParsed: boolean
}

/** The expressions of a text, found with the same rules as elsewhere. */
export function* tokensIn(text: string): Generator<Token> {
  for (const { start, end } of tokenSpans(text)) {
    const source = text.slice(start, end)
    // The program that writes newer formats ignores quotes in text that is not JavaScript.
    const parsed = parse(source) ?? parse(source.replaceAll(/['"`]/g, ' '))
    yield parsed ? { roots: rootsOf(parsed, start), isParsed: true } : { roots: [], isParsed: false }
  }
}

function parse(source: string): Expression | undefined {
  try {
    const parsed = parseExpressionAt(source, 0, { ecmaVersion: 'latest', preserveParens: true })
    return source.slice(parsed.end).trim() === '' ? parsed : undefined
  } catch {
    return undefined
  }
}

interface Place {
  node: Node
  /** Names that an enclosing function binds. */
  bound: ReadonlySet<string>
  /** The member expression directly around the node, and the one around that. */
  around: readonly [direct?: Node, next?: Node]
}

const NOBODY: ReadonlySet<string> = new Set()

function rootsOf(expression: Expression, offset: number): Root[] {
  const roots: Root[] = []
  const pending: Place[] = [{ node: expression, bound: NOBODY, around: [] }]
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { node, bound, around } = place
    if (node.type === 'Identifier' && 'name' in node && typeof node.name === 'string') {
      if (!bound.has(node.name)) roots.push(rootAt(node.name, around, offset))
      continue
    }
    // Those of the outermost function include those of the functions in it.
    const names = bound === NOBODY && isFunction(node) ? namesBoundIn(node) : bound
    for (const [key, child] of childrenOf(node)) {
      if (isNameOnly(node, key)) continue
      const keeps = (node.type === 'MemberExpression' && key === 'object') || isWrapper(node)
      const chain: Place['around'] = node.type === 'MemberExpression' ? [node, around[0]] : around
      pending.push({ node: child, bound: names, around: keeps ? chain : [] })
    }
  }
  return roots.sort((a, b) => a.start - b.start)
}

const isWrapper = (node: Node): boolean => node.type === 'ParenthesizedExpression' || node.type === 'ChainExpression'

function rootAt(name: string, [direct, next]: Place['around'], offset: number): Root {
  const nothing = { name, member: undefined, isBracket: false, isDoubled: false, start: 0, end: 0 }
  const member = direct && memberOf(direct)
  if (!direct || !member) return nothing
  const second = next && memberOf(next)
  const isDoubled = member.isBracket && second?.isBracket === true && second.name === member.name
  return {
    name,
    member: member.name,
    isBracket: member.isBracket,
    isDoubled,
    start: offset + member.start,
    end: offset + direct.end,
  }
}

/** The name of a member that is written as a plain text or name. */
function memberOf(node: Node): { name: string; isBracket: boolean; start: number } | undefined {
  if (!('object' in node && 'property' in node && 'computed' in node)) return undefined
  const { object, property, computed } = node
  if (!isNode(object) || !isNode(property)) return undefined
  const start = object.end
  if (property.type === 'Literal' && 'value' in property && typeof property.value === 'string')
    return { name: property.value, isBracket: true, start }
  if (property.type !== 'Identifier' || !('name' in property) || typeof property.name !== 'string') return undefined
  // Brackets around a name: its quotes were blanked, because the expression is not valid JavaScript with them.
  if (computed === true) return property.name === 'output' ? { name: 'output', isBracket: true, start } : undefined
  return { name: property.name, isBracket: false, start }
}

/** Names that are not references: `b` in `a.b` and in `{b: 1}`. */
function isNameOnly(node: Node, key: string): boolean {
  const isComputed = 'computed' in node && node.computed === true
  if (node.type === 'MemberExpression') return key === 'property' && !isComputed
  if (node.type === 'Property') return key === 'key' && !isComputed
  return false
}

const isFunction = (node: Node): boolean =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration'

/** Every name that a function binds, at any place in it. */
function namesBoundIn(node: Node): Set<string> {
  const names = new Set<string>()
  const pending: { node: Node; binds: boolean }[] = [{ node, binds: false }]
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (place.binds && place.node.type === 'Identifier' && 'name' in place.node && typeof place.node.name === 'string')
      names.add(place.node.name)
    for (const [key, child] of childrenOf(place.node)) {
      if (isNameOnly(place.node, key)) continue
      const binds = BINDING_KEYS.has(`${place.node.type}.${key}`) || (place.binds && PATTERNS.has(place.node.type))
      pending.push({ node: child, binds: binds && !(place.node.type === 'AssignmentPattern' && key === 'right') })
    }
  }
  return names
}

const BINDING_KEYS: ReadonlySet<string> = new Set([
  'ArrowFunctionExpression.params',
  'FunctionExpression.params',
  'FunctionExpression.id',
  'FunctionDeclaration.params',
  'FunctionDeclaration.id',
  'ClassDeclaration.id',
  'VariableDeclarator.id',
  'CatchClause.param',
])
const PATTERNS: ReadonlySet<string> = new Set([
  'ObjectPattern',
  'ArrayPattern',
  'RestElement',
  'AssignmentPattern',
  'Property',
])

function* childrenOf(node: Node): Generator<[key: string, child: Node]> {
  for (const [key, value] of Object.entries(node)) {
    if (isNode(value)) yield [key, value]
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield [key, item]
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'end' in value
