import { ScimError } from './error.ts'

/** One comparison; all of a filter must hold. */
export interface Comparison {
  /** In lower case. */
  attribute: string
  operator: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'pr'
  value: string | boolean
}

const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew'])
const MAX_COMPARISONS = 20

/**
 * Reads a filter: comparisons that are joined by `and`. It goes through the text once, sign by sign.
 * @throws ScimError invalidFilter
 */
export function parseFilter(text: string): Comparison[] {
  const tokens = tokensOf(text)
  const found: Comparison[] = []
  for (let at = 0; at < tokens.length; at++) {
    if (found.length > 0 && word(tokens[at++]) !== 'and') throw refused('comparisons are joined by "and" alone')
    const attribute = word(tokens[at++])
    const operator = word(tokens[at])
    if (attribute === undefined) throw refused('an attribute is missing')
    if (operator === 'pr') found.push({ attribute, operator, value: true })
    else if (isOperator(operator)) found.push({ attribute, operator, value: readValue(tokens[++at]) })
    else throw refused('a comparison is one of eq, ne, co, sw, ew and pr')
    if (found.length > MAX_COMPARISONS) throw refused(`more than ${MAX_COMPARISONS} comparisons`)
  }
  if (found.length === 0) throw refused('it is empty')
  return found
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

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const sign = text[at] ?? ''
    if (sign === ' ') {
      at++
      continue
    }
    if (sign === '(' || sign === ')') throw refused('brackets are not supported')
    const start = at
    if (sign !== '"') {
      while (at < text.length && text[at] !== ' ') at++
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
