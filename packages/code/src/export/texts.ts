import { type Expression, type Key, parseExpression } from '@piecework/engine/resolve/expression'
import { tokenSpans } from '@piecework/model/flow/expression-tokens'
import { parse } from 'acorn'
import { HELPERS, type Helper, isPlainKey, isQuotable, printPath } from '../dialect.ts'
import { quote, templatePart } from './print.ts'

/** Names of a program that expressions of people know nothing of. */
const FOREIGN: ReadonlySet<string> = new Set([
  ...HELPERS.filter((name) => name !== 'flattenNestedKeys'),
  ...['details', 'pieces', '_', 'arguments', 'await', 'yield'],
])

/** Turns the texts of one step into TypeScript. */
export interface TextWriter {
  print(text: string): string
  /** The steps that the texts mention. */
  readonly mentioned: Set<string>
  /** Expressions that are spelled in another way than the program gives them back, by how it does. */
  spellings(): [string, string][]
}

interface Parts {
  /** The names of steps, with their variables. */
  variables: ReadonlyMap<string, string>
  /** A step that has the name of something else of the flow. */
  ambiguous: ReadonlySet<string>
  helpers: Set<Helper>
  connections: Set<string>
}

/** An expression as code. A path may be missing, and is an empty text then. */
interface Token {
  code: string
  isPath: boolean
}

export function createTextWriter({ variables, ambiguous, helpers, connections }: Parts): TextWriter {
  const names = new Set(variables.keys())
  const spelled = new Map<string, string>()
  const mentioned = new Set<string>()

  /** The whole text for the resolver of the engine: whatever has no plain form. */
  const asTemplate = (text: string, expressions: readonly Expression[]): string => {
    const used = [...names].filter((name) => new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(text))
    for (const name of used) mentioned.add(name)
    for (const expression of expressions) if (expression.kind === 'connection') connections.add(expression.externalId)
    const given = used.map((name) => (variables.get(name) === name ? name : `${name}: ${variables.get(name)}`))
    helpers.add('template')
    return given.length === 0 ? `template(${quote(text)})` : `template(${quote(text)}, { ${given.join(', ')} })`
  }

  const isSpelledOnce = (canonical: string, token: string): boolean => {
    const before = spelled.get(canonical)
    if (before === undefined) spelled.set(canonical, token)
    return before === undefined || before === token
  }

  /** Whether the plain form of a path reads the same, and comes back as it was spelled. */
  const isPlain = (root: string, keys: readonly Key[], token: string): boolean =>
    keys.every((key) => isPlainKey(key) && isQuotable(key)) && isSpelledOnce(printPath(root, keys), token)

  const toCode = (token: string, expression: Expression): Token | undefined => {
    if (expression.kind === 'path') {
      const variable = variables.get(expression.root)
      if (variable === undefined || ambiguous.has(expression.root)) return undefined
      if (!isPlain(expression.root, expression.keys, token)) return undefined
      mentioned.add(expression.root)
      return { code: optionalPath(variable, expression.keys), isPath: true }
    }
    if (expression.kind === 'connection') {
      const { externalId, rest } = expression
      if (rest.kind !== 'path' || !isQuotable(externalId)) return undefined
      if (!isPlain(`connections['${externalId}']`, rest.keys, token)) return undefined
      connections.add(externalId)
      helpers.add('connection')
      return { code: optionalPath(`connection(${quote(externalId)})`, rest.keys), isPath: true }
    }
    if (expression.kind !== 'script' || !expression.pure) return undefined
    const used = identifiersOf(token)
    if (used === undefined || used.some((name) => FOREIGN.has(name) || ambiguous.has(name))) return undefined
    if (used.some((name) => names.has(name) && variables.get(name) !== name)) return undefined
    for (const name of used) if (names.has(name)) mentioned.add(name)
    if (used.includes('flattenNestedKeys')) helpers.add('flattenNestedKeys')
    helpers.add('value')
    return { code: `value(() => (${token}))`, isPath: false }
  }

  const printed = new Map<string, string>()
  const print = (text: string): string => {
    const spans = [...tokenSpans(text)]
    if (spans.length === 0) return quote(text)
    const tokens = spans.map(({ start, end }) => text.slice(start, end))
    const expressions = tokens.map((token) => parseExpression(token, names))
    const [only] = spans
    const isWhole = spans.length === 1 && only?.start === 2 && only.end === text.length - 2
    const flattens = tokens.some((token) => token.trimStart().startsWith('flattenNestedKeys('))
    if (flattens && !isWhole) return asTemplate(text, expressions)
    const codes: Token[] = []
    for (const [index, expression] of expressions.entries()) {
      const code = toCode(tokens[index] ?? '', expression)
      if (code === undefined) return asTemplate(text, expressions)
      codes.push(code)
    }
    const [first] = codes
    if (isWhole && first) return first.isPath ? `${first.code} ?? ''` : first.code
    helpers.add('text')
    let end = 0
    let line = ''
    for (const [index, span] of spans.entries()) {
      line += `${templatePart(text.slice(end, span.start - 2))}\${text(${codes[index]?.code})}`
      end = span.end + 2
    }
    return `\`${line}${templatePart(text.slice(end))}\``
  }

  return {
    mentioned,
    spellings: () => [...spelled].filter(([canonical, token]) => canonical !== token),
    print(text) {
      // It is printed again where its line turns out too long.
      const known = printed.get(text)
      if (known !== undefined) return known
      const code = print(text)
      printed.set(text, code)
      return code
    },
  }
}

const optionalPath = (root: string, keys: readonly Key[]): string =>
  root +
  keys
    .map((key) =>
      typeof key === 'number' ? `?.[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `?.${key}` : `?.[${quote(key)}]`,
    )
    .join('')

/** Signs that TypeScript may read otherwise than JavaScript: arguments of types, and types of arrow functions. */
const READ_OTHERWISE = /<[\s\S]*>\s*[(`]|\)\s*:[\s\S]*=>/

/**
 * The identifiers of an expression that means the same in a module in TypeScript; undefined for one that may not.
 * Names of members are among them, which does no harm.
 */
function identifiersOf(source: string): string[] | undefined {
  if (READ_OTHERWISE.test(source)) return undefined
  const names: string[] = []
  try {
    const whole = `(${source})`
    const { body } = parse(whole, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      preserveParens: true,
      onToken: (token) => {
        if (token.type.label === 'name') names.push(String(Reflect.get(token, 'value')))
        if (token.type.label === 'this' || token.type.label === 'super' || token.type.label === 'import')
          names.push('arguments')
      },
    })
    const [statement] = body
    const isOne = body.length === 1 && statement?.type === 'ExpressionStatement' && statement.end === whole.length
    if (!isOne || statement.expression.type !== 'ParenthesizedExpression') return undefined
    return statement.expression.end === whole.length ? names : undefined
  } catch {
    return undefined
  }
}
