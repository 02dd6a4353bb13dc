import type { AnyNode, Expression, Pattern } from 'acorn'

/** Any part of a program, as acorn names them. */
export type Part = AnyNode | Expression | Pattern

/** The names that a part of a program declares, and where it stands. */
export interface Scope {
  readonly names: Map<string, Declared>
  readonly parent: Scope | undefined
}

export interface Declared {
  /** It begins as a number that stands in the code. */
  isCounter?: boolean
}

/** A scope within another one, with the names of its parameters. */
export const childScope = (parent: Scope | undefined, names: Iterable<string>): Scope => ({
  names: new Map(Array.from(names, (name) => [name, {}])),
  parent,
})

/** The declaration of a name in the nearest scope; undefined for a global. */
export function declaredIn(scope: Scope, name: string): Declared | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Declares the functions and variables that stand in a body. A `var` of an inner block belongs to that block alone
 * here: uses outside of it count as those of a global.
 */
export function declare(scope: Scope, body: readonly (Part | null | undefined)[]): void {
  for (const node of body) {
    if (node?.type === 'FunctionDeclaration' && node.id) scope.names.set(node.id.name, {})
    if (node?.type !== 'VariableDeclaration') continue
    for (const { id, init } of node.declarations) {
      const isCounter = id.type === 'Identifier' && !scope.names.has(id.name) && isNumeral(init)
      for (const name of boundNames(id)) scope.names.set(name, { isCounter })
    }
  }
}

export const isNumeral = (node: Expression | null | undefined): boolean =>
  node?.type === 'Literal' && typeof node.value === 'number'

/** The names that a pattern gives a value. */
export function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((part) => boundNames(part.type === 'Property' ? part.value : part))
    case 'ArrayPattern':
      return pattern.elements.flatMap((part) => (part === null ? [] : boundNames(part)))
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

/** Names that get another value than the one they begin with. */
export function reassignedIn(program: Part): ReadonlySet<string> {
  const names = new Set<string>()
  walk(program, (node) => {
    switch (node.type) {
      case 'AssignmentExpression':
        for (const name of boundNames(node.left)) names.add(name)
        return
      case 'ForOfStatement':
      case 'ForInStatement':
        for (const one of node.left.type === 'VariableDeclaration'
          ? node.left.declarations.map(({ id }) => id)
          : [node.left])
          for (const name of boundNames(one)) names.add(name)
        return
      case 'FunctionDeclaration':
        if (node.id) names.add(node.id.name)
        return
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations)
          if (!isNumeral(init)) for (const name of boundNames(id)) names.add(name)
    }
  })
  return names
}

function walk(node: Part, visit: (node: Part) => void): void {
  visit(node)
  for (const part of Object.values(node))
    for (const inner of Array.isArray(part) ? part : [part]) if (isPart(inner)) walk(inner, visit)
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
