/** The inputs of a code step, for who writes its code: names, and the values that they had last. */

/** Values of inputs by their keys; undefined where nothing is known yet. */
export type Inputs = Readonly<Record<string, unknown>>

export interface InputOption {
  key: string
  /** The kind of the value, and the value if it is short. */
  hint: string
}

/** No list of keys is longer. */
const MOST_OPTIONS = 200
const LONGEST_VALUE = 40

/** The name that the code gives its inputs: that of its first parameter. */
export const nameOfInputs = (code: string): string =>
  /\bcode\s*=\s*(?:async\s*)?(?:function\s*)?\(\s*([A-Za-z_$][\w$]*)/.exec(code)?.[1] ?? 'inputs'

/**
 * The keys that can follow a path such as `inputs.order.` at the end of a text.
 * @returns undefined when the text ends in something else
 */
export function optionsAfter(before: string, name: string, inputs: Inputs): InputOption[] | undefined {
  const path = pathAtEnd(before, name)
  if (!path) return undefined
  const value = valueAt(inputs, path.slice(0, -1))
  if (!isObject(value)) return undefined
  return Object.keys(value)
    .slice(0, MOST_OPTIONS)
    .map((key) => ({ key, hint: hintOf(value[key]) }))
}

/** The hint for the path that stands at a place of a line; undefined where there is none. */
export function hintAt(line: string, column: number, name: string, inputs: Inputs) {
  const end = column + (/^[\w$]*/.exec(line.slice(column))?.[0].length ?? 0)
  const path = pathAtEnd(line.slice(0, end), name)
  if (!path || path.at(-1) === '') return undefined
  const parent = valueAt(inputs, path.slice(0, -1))
  const key = path.at(-1) ?? ''
  if (!isObject(parent) || !Object.hasOwn(parent, key)) return undefined
  return { from: end - key.length, to: end, text: `${key}: ${hintOf(parent[key])}` }
}

/** The keys behind the name, the last one as far as it is typed. */
function pathAtEnd(before: string, name: string): string[] | undefined {
  const match = /(?:^|[^\w$.])([A-Za-z_$][\w$]*)((?:\??\.[\w$]*|\[\d+\])+)$/.exec(before)
  if (match?.[1] !== name || match[2]?.endsWith(']')) return undefined
  return match[2]?.match(/\.[\w$]*|\[\d+\]/g)?.map((part) => part.replaceAll(/[.[\]]/g, ''))
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  return at
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function hintOf(value: unknown): string {
  if (value === undefined) return 'unknown'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `Array(${value.length})`
  if (typeof value === 'object') return 'object'
  const text = JSON.stringify(value)
  return text.length <= LONGEST_VALUE ? `${typeof value} = ${text}` : typeof value
}

/** A place that the compiler of the server complains of, counted from one. */
export interface CompileProblem {
  line: number
  column: number
  message: string
}

/** The places in the error of a test that did not compile. */
export const compileProblems = (error: string): CompileProblem[] =>
  [...error.matchAll(/:(\d+):(\d+): ERROR: ([^\n]+)/g)].map(([, line = '1', column = '0', message = '']) => ({
    line: Number(line),
    column: Number(column) + 1,
    message,
  }))
