import type { AnyNode, Identifier } from 'acorn'
import { parseExpression } from './expression-tokens.ts'

/**
 * Text in quotes (to the end when they never close, which keeps the search linear), or a name with the dots
 * before it. Names in quotes or behind a dot are not step names.
 */
const QUOTED_OR_NAME = /'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|\.*[A-Za-z_$][\w$]*/g
/** With one of these, names can only be recognised by parsing the expression. */
const NEEDS_PARSING = /[`{]|=>|\bfunction\b/

/**
 * An expression with references to steps renamed. Only whole names count, and not those in quotes
 * (`connections['step_1']`), behind a dot (`trigger.step_1`), of keys (`{step_1: 1}`) or parameters.
 */
export function renamedExpression(source: string, names: ReadonlyMap<string, string>): string {
  const tree = NEEDS_PARSING.test(source) ? parseExpression(source) : undefined
  if (tree !== undefined) return renamedByTree(source, tree, names)
  return source.replace(QUOTED_OR_NAME, (part) => {
    const name = names.get(part)
    if (name !== undefined) return name
    // A spread (`...step_1`) has three dots, a property (`trigger.step_1`) one.
    if (part.startsWith('...')) return `...${names.get(part.slice(3)) ?? part.slice(3)}`
    return part
  })
}

/** The parenthesis before the expression when it was parsed. */
const OFFSET = 1

function renamedByTree(source: string, tree: AnyNode, names: ReadonlyMap<string, string>): string {
  const found: { at: number; name: string; isShorthand: boolean }[] = []
  const parameters = new Set<string>()
  const see = (node: Identifier, parent: AnyNode | undefined, key: string): void => {
    const isKey =
      (parent?.type === 'MemberExpression' && key === 'property' && !parent.computed) ||
      (parent?.type === 'Property' && key === 'key' && !parent.computed)
    if (parent !== undefined && 'params' in parent && key === 'params') parameters.add(node.name)
    if (isKey || !names.has(node.name)) return
    found.push({
      at: node.start - OFFSET,
      name: node.name,
      isShorthand: parent?.type === 'Property' && parent.shorthand,
    })
  }
  // No recursion: a chain of members may be longer than the stack.
  const pending: { node: AnyNode; parent: AnyNode | undefined; key: string }[] = [
    { node: tree, parent: undefined, key: '' },
  ]
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { node, parent, key } = place
    if (node.type === 'Identifier') see(node, parent, key)
    else
      for (const [name, value] of Object.entries(node))
        for (const part of Array.isArray(value) ? value : [value])
          if (isNode(part)) pending.push({ node: part, parent: node, key: name })
  }
  let renamed = ''
  let done = 0
  for (const { at, name, isShorthand } of found.toSorted((a, b) => a.at - b.at)) {
    if (at < done || parameters.has(name)) continue
    renamed += `${source.slice(done, at)}${isShorthand ? `${name}: ` : ''}${names.get(name) ?? name}`
    done = at + name.length
  }
  return renamed + source.slice(done)
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
