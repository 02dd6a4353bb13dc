import { parseExpressionAt } from 'acorn'

/** The begin and the end of the inside of an expression in a text. */
export interface TokenSpan {
  start: number
  end: number
}

/** How many `}}` of a line are tried before the first one counts. */
const MAX_TRIES = 16
/**
 * The cost of a failed try, in letters, in addition to those that were tried; and the total that a text may cost.
 * Expressions whose end is found cost nothing, so that any number of valid ones is possible.
 */
const TRY_COST = 400
const BASE_BUDGET = 20_000
const BUDGET_PER_LETTER = 1
/** A text that needs more than this, about 50 ms, was written to be slow. */
const LARGEST_BUDGET = 150_000
/** Longer expressions end at the first `}}`. */
const MAX_LENGTH = 20_000

/**
 * The inside of every `{{ ... }}` of a text. The first `}}` on the line closes, unless it is inside a string, a regular
 * expression or an object of the expression: then the first `}}` closes that makes the inside a valid expression, or,
 * if none does, the first one. The search is linear; a regular expression would take quadratic time over braces that
 * never close.
 */
export function* tokenSpans(text: string): Generator<TokenSpan> {
  const budget = Math.min(LARGEST_BUDGET, BASE_BUDGET + BUDGET_PER_LETTER * text.length)
  const search: Search = { text, budget, newline: -1 }
  let close = -1
  let open = text.indexOf('{{')
  while (open !== -1) {
    let start = open + 2
    if (close < start) close = text.indexOf('}}', start)
    if (close === -1) return
    const line = text.slice(start, close).lastIndexOf('\n')
    if (line !== -1) {
      open = text.indexOf('{{', start + line)
      continue
    }
    let end = endOfExpression(search, start, close)
    if (end === undefined && text[start] === '{') {
      // `{{{x.y}}}` is an expression in braces.
      const inner = lastOpening(text, start)
      end = endOfExpression(search, inner, close)
      if (end !== undefined) start = inner
    }
    yield { start, end: end ?? close }
    open = text.indexOf('{{', (end ?? close) + 2)
  }
}

/** The inside of the last `{{` of a row of braces. */
function lastOpening(text: string, start: number): number {
  let at = start
  while (text[at] === '{') at++
  return at
}

/** A text, the remaining budget for tries in it, and the end of its current line. */
interface Search {
  readonly text: string
  budget: number
  newline: number
}

function endOfExpression(search: Search, start: number, first: number): number | undefined {
  const { text } = search
  if (isPlain(text, start, first)) return first
  if (search.newline < first) {
    const newline = text.indexOf('\n', first)
    search.newline = newline === -1 ? text.length : newline
  }
  const last = Math.min(search.newline, start + MAX_LENGTH)
  const { budget } = search
  let end = first
  for (let tries = 0; end !== -1 && end < last && tries < MAX_TRIES; tries++) {
    search.budget -= TRY_COST + end - start
    if (search.budget < 0) return undefined
    if (isExpression(text.slice(start, end))) {
      search.budget = budget
      return end
    }
    end = text.indexOf('}}', end + 1)
  }
  return undefined
}

const PLAIN = /(?:[^{'"`/]|'[^'\\\n]*'|"[^"\\\n]*")*/y

/** Whether nothing before `end` can contain a `}}`. */
function isPlain(text: string, start: number, end: number): boolean {
  if (end - start > MAX_LENGTH) return true
  PLAIN.lastIndex = 0
  return (PLAIN.exec(text.slice(start, end))?.[0].length ?? 0) === end - start
}

/** External ids after a dot may have dashes and begin with a digit, which JavaScript does not allow. */
const DOTTED_CONNECTION = /^\s*connections\s*\.\s*[\w$][\w$-]*/

/** Whether a text is one JavaScript expression, or nothing. */
export function isExpression(source: string): boolean {
  return source.trim() === '' || parseExpression(source.replace(DOTTED_CONNECTION, 'connections')) !== undefined
}

const OPTIONS = { ecmaVersion: 'latest', sourceType: 'script' } as const

/** The syntax tree of one JavaScript expression; undefined when it is none. */
export function parseExpression(source: string): ReturnType<typeof parseExpressionAt> | undefined {
  const whole = `(${source}\n)`
  try {
    // `a) + (b` is one in parentheses only.
    const around = parseExpressionAt(whole, 0, { ...OPTIONS, preserveParens: true })
    if (around.type !== 'ParenthesizedExpression' || around.end !== whole.length) return undefined
    return parseExpressionAt(whole, 0, OPTIONS)
  } catch {
    return undefined
  }
}
