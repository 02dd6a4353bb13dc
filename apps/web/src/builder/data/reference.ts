import { parseExpression } from '@piecework/model/flow/expression-tokens'

/** Keys that lead into the output of a step. */
export type Path = readonly (string | number)[]

/** The value that an expression points at, when it does nothing else. */
export interface Reference {
  step: string
  path: Path
  /** It takes every item of the lists on its way. */
  isEach: boolean
}

/** The parts of a syntax tree that are read here. */
export interface Node {
  type: string
  [key: string]: unknown
}
export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** The syntax tree of the inside of `{{ }}`; undefined when it is no expression. */
export function treeOf(token: string): Node | undefined {
  const tree: unknown = token.trim() === '' ? undefined : parseExpression(token)
  return isNode(tree) ? tree : undefined
}

/** The key that a member expression reads; undefined when only a run knows it. */
export function keyOf({ computed, property }: Node): string | number | undefined {
  if (!isNode(property)) return undefined
  if (computed !== true) return typeof property.name === 'string' ? property.name : undefined
  return typeof property.value === 'string' || typeof property.value === 'number' ? property.value : undefined
}

/** Reads `step_1['body'].lines[0].sku` and `flattenNestedKeys(step_1, ['lines', 'sku'])`. */
export function readReference(token: string): Reference | undefined {
  const tree = treeOf(token)
  if (!tree) return undefined
  const plain = readPath(tree)
  if (plain) return { ...plain, isEach: false }
  if (tree.type !== 'CallExpression' || !isNode(tree.callee) || tree.callee.name !== 'flattenNestedKeys')
    return undefined
  const [data, keys] = Array.isArray(tree.arguments) ? tree.arguments : []
  const from = isNode(data) ? readPath(data) : undefined
  const rest = isNode(keys) && Array.isArray(keys.elements) ? keys.elements.map(literalOf) : [undefined]
  if (!from || rest.includes(undefined)) return undefined
  return { step: from.step, path: [...from.path, ...rest.filter((key) => key !== undefined)], isEach: true }
}

const literalOf = (node: unknown): string | undefined =>
  isNode(node) && typeof node.value === 'string' ? node.value : undefined

function readPath(tree: Node): { step: string; path: Path } | undefined {
  const path: (string | number)[] = []
  let node: unknown = tree.type === 'ChainExpression' ? tree.expression : tree
  while (isNode(node) && node.type === 'MemberExpression') {
    const key = keyOf(node)
    if (key === undefined) return undefined
    path.unshift(key)
    node = node.object
  }
  return isNode(node) && node.type === 'Identifier' && typeof node.name === 'string'
    ? { step: node.name, path }
    : undefined
}

const quoted = (key: string): string =>
  `'${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

/** The expression for a place in the output of a step, without its braces. */
export function writeReference({ step, path, isEach }: Reference): string {
  if (!isEach) return step + path.map((key) => `[${typeof key === 'number' ? key : quoted(key)}]`).join('')
  const keys = path.filter((key) => typeof key === 'string')
  return `flattenNestedKeys(${step}, [${keys.map(quoted).join(', ')}])`
}

const SIMPLE = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u

/** A path as people read it: `body.lines[0].sku`, `body.lines[].sku`. */
export function pathText(path: Path, isEach = false): string {
  let text = ''
  for (const key of path)
    if (typeof key === 'number') text += `[${isEach ? '' : key}]`
    else if (SIMPLE.test(key)) text += `${text ? '.' : ''}${key}`
    else text += `[${JSON.stringify(key)}]`
  return text
}
