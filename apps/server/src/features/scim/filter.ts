import { ScimError } from './error.ts'
import { withoutSchema } from './patch.ts'

/** A filter of RFC 7644, 3.4.2.2: a comparison, or several filters joined. */
export type Filter = Comparison | { join: 'and' | 'or'; parts: Filter[] } | { not: Filter }

export interface Comparison {
  /** In lower case. */
  attribute: string
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'pr'
  value: string | boolean
}

const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew'])
const MAX_COMPARISONS = 20
/** Brackets within each other. */
const MAX_DEPTH = 10

/**
 * Reads a filter: comparisons that are joined by `and`, `or`, `not` and brackets. It goes through the text once.
 * @throws ScimError invalidFilter
 */
export function parseFilter(text: string): Filter {
  const tokens = tokensOf(text)
  let at = 0
  let comparisons = 0
  const isNext = (wanted: string): boolean => word(tokens[at]) === wanted

  const joined = (join: 'and' | 'or', part: () => Filter): Filter => {
    const parts = [part()]
    while (isNext(join)) {
      at++
      parts.push(part())
    }
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { join, parts }
  }
  const either = (depth: number): Filter => joined('or', () => joined('and', () => single(depth)))

  const single = (depth: number): Filter => {
    if (isNext('not')) {
      at++
      if (!isNext('(')) throw refused('"not" is followed by a bracket')
      return { not: single(depth) }
    }
    if (!isNext('(')) return comparison()
    if (depth === MAX_DEPTH) throw refused(`more than ${MAX_DEPTH} brackets in each other`)
    at++
    const inside = either(depth + 1)
    if (!isNext(')')) throw refused('a bracket does not end')
    at++
    return inside
  }

  const comparison = (): Comparison => {
    if (++comparisons > MAX_COMPARISONS) throw refused(`more than ${MAX_COMPARISONS} comparisons`)
    const named = word(tokens[at++])
    const attribute = named && withoutSchema(named)
    const operator = word(tokens[at++])
    if (attribute === undefined || attribute === ')') throw refused('an attribute is missing')
    if (operator === 'pr') return { attribute, operator, value: true }
    if (isOperator(operator)) return { attribute, operator, value: readValue(tokens[at++]) }
    throw refused('a comparison is one of eq, ne, co, sw, ew and pr')
  }

  if (tokens.length === 0) throw refused('it is empty')
  const filter = either(0)
  if (at < tokens.length) throw refused('comparisons are joined by "and" or "or"')
  return filter
}

interface Token {
  isText: boolean
  text: string
}

const word = (token: Token | undefined): string | undefined =>
  token === undefined || token.isText ? undefined : token.text.toLowerCase()

const isOperator = (operator: string | undefined): operator is 'eq' | 'ne' | 'co' | 'sw' | 'ew' =>
  operator !== undefined && OPERATORS.has(operator)

function readValue(token: Token | undefined): string | boolean {
  if (token?.isText) return token.text
  const value = word(token)
  if (value === 'true' || value === 'false') return value === 'true'
  throw refused('a value is a text in double quotes, true or false')
}

const ENDS_WORD: ReadonlySet<string> = new Set([' ', '(', ')'])

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const sign = text[at] ?? ''
    if (sign === ' ') {
      at++
      continue
    }
    const start = at
    if (sign === '(' || sign === ')') {
      at++
      tokens.push({ isText: false, text: sign })
      continue
    }
    if (sign !== '"') {
      while (at < text.length && !ENDS_WORD.has(text[at] ?? '')) at++
      tokens.push({ isText: false, text: text.slice(start, at) })
      continue
    }
    for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
    if (at >= text.length) throw refused('a text does not end')
    tokens.push({ isText: true, text: unquote(text.slice(start, ++at)) })
  }
  return tokens
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    throw refused('a text is not written as in JSON')
  }
}

const refused = (reason: string): ScimError =>
  new ScimError(400, `The filter cannot be read: ${reason}`, 'invalidFilter')
