import { type Comment, type Program, Visitor } from 'oxc-parser'
import { lineReader } from './lines.ts'
import { LONG_FUNCTION_REASON, MAX_FUNCTION_LINES } from './table.ts'

/** A function with more lines than the limit allows. */
export interface LongFunction {
  /** Its own, or that of the variable or property that holds it; a callback has the name of the function around it. */
  name: string
  line: number
  lines: number
  /** Whether a comment next to it says why it is as long as it is. */
  hasReason: boolean
}

interface Span {
  start: number
  end: number
}

/** @returns the functions over the limit. Lines of a long function inside another one count only once. */
export function readLongFunctions(text: string, program: Program, comments: readonly Comment[]): LongFunction[] {
  const lineOf = lineReader(text)
  const names = new Map<number, string>()
  const spans: Span[] = []
  const add = ({ start, end, id }: Span & { id?: { name: string } | null }): void => {
    if (id) names.set(start, id.name)
    spans.push({ start, end })
  }
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (init && id.type === 'Identifier') names.set(init.start, id.name)
    },
    Property({ key, value }) {
      if (key.type === 'Identifier') names.set(value.start, key.name)
    },
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(program)

  const reasons = comments
    .filter(({ value }) => LONG_FUNCTION_REASON.test(value))
    .map(({ start, end }) => ({ first: lineOf(start), last: lineOf(end) }))
  const nameOf = ({ start, end }: Span): string => {
    const around = spans.filter((span) => span.start <= start && end <= span.end && names.has(span.start))
    const closest = around.toSorted((a, b) => b.start - a.start)[0]
    return names.get(closest?.start ?? start) ?? 'function'
  }
  const linesOf = ({ start, end }: Span): number => lineOf(end) - lineOf(start) + 1
  const found: (Span & LongFunction)[] = []
  // Inner functions come first.
  for (const span of spans.sort((a, b) => a.end - b.end || b.start - a.start)) {
    const inner = found.filter(({ start, end }) => span.start < start && end <= span.end)
    const direct = inner.filter((one) => !inner.some(({ start, end }) => start < one.start && one.end <= end))
    const lines = linesOf(span) - direct.reduce((sum, one) => sum + linesOf(one), 0)
    if (lines <= MAX_FUNCTION_LINES) continue
    const line = lineOf(span.start)
    // Directly above the function, or the first thing in it.
    const hasReason = reasons.some(({ first, last }) => last === line - 1 || first === line || first === line + 1)
    found.push({ ...span, name: nameOf(span), line, lines, hasReason })
  }
  return found.map(({ name, line, lines, hasReason }) => ({ name, line, lines, hasReason }))
}
