import { inspect } from 'node:util'
import { parseJson } from '@piecework/model/parse-json'

/** The effect of a failure on the run: USER fails the step, ENGINE aborts the run as INTERNAL_ERROR. */
export type FailureKind = 'USER' | 'ENGINE'

/** Names of the failures that the engine itself raises. */
const KIND_OF = {
  ConnectionNotFound: 'USER',
  ConnectionLoadingFailure: 'USER',
  ConnectionExpired: 'USER',
  StorageLimitError: 'USER',
  StorageInvalidKeyError: 'USER',
  PausedFlowTimeoutError: 'USER',
  FileSizeError: 'USER',
  InvalidCronExpressionError: 'USER',
  SSRFBlockedError: 'USER',
  StorageError: 'ENGINE',
  FileStoreError: 'ENGINE',
  FetchError: 'ENGINE',
  EngineGenericError: 'ENGINE',
} as const satisfies Record<string, FailureKind>

export type ExecutionErrorName = keyof typeof KIND_OF

/** A failure with a name that authors can look up. */
export class ExecutionError extends Error {
  readonly kind: FailureKind

  constructor(name: ExecutionErrorName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
    this.kind = KIND_OF[name]
  }
}

/** User code used up the memory of its sandbox: the run ends MEMORY_LIMIT_EXCEEDED. */
export class MemoryLimitError extends Error {
  constructor(limitMb: number) {
    super(`The code used more than the ${limitMb} MB of memory that it may use`)
    this.name = 'MemoryLimitError'
  }
}

/** The result of an expression is not JSON. */
export class NotJsonError extends Error {
  constructor() {
    super('The result of an expression refers to itself, or cannot be written as JSON')
    this.name = 'NotJsonError'
  }
}

/** An error that was thrown inside a V8 isolate; only its description is passed on. */
export class IsolatedError extends Error {
  constructor(name: string, message: string, stack: string) {
    super(message)
    this.name = name
    this.stack = stack
  }
}

/** A value other than an error was thrown inside a V8 isolate; passed on as text. */
export class IsolatedValue extends Error {}

export const isEngineFailure = (error: unknown): boolean => isA(error, ExecutionError) && error.kind === 'ENGINE'

export const isMemoryFailure = (error: unknown): boolean => isA(error, MemoryLimitError)

/** `instanceof` for values that user code has thrown: proxies may throw when they are inspected. */
function isA<T>(error: unknown, type: new (...values: never[]) => T): error is T {
  try {
    return error instanceof type
  } catch {
    return false
  }
}

/** An error whose text may leave the engine, when it is not the failure of a step. */
export const masked = (error: unknown, { mask }: { mask: Mask }): Error => new Error(errorText(error, mask))

const MAX_ERROR_TEXT = 64 * 1024
const MAX_BODY_TEXT = 8 * 1024
const MAX_CAUSES = 5
const MAX_PARTS = 100
const MAX_DEPTH = 4

/** Masks secrets in a text. */
export type Mask = (text: string) => string

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string') return error
  const message = partOf(error, 'message')
  return typeof message === 'string' ? message : shown(error)
}

/**
 * The error text of a failed step: a message that is JSON is pretty-printed. For other errors it has the message,
 * codes, the answer of the service, causes, and console output. Sockets, requests, client settings and files of this
 * engine are removed.
 * @param mask masks secrets before anything is cut, so that no half of one remains
 */
export function errorText(error: unknown, mask: Mask = (text) => text): string {
  const pretty = prettyJson(messageOf(error))
  const text = pretty ?? (typeof error === 'string' ? error : described(error, mask))
  return cut(mask(withoutOwnFiles(text)), MAX_ERROR_TEXT)
}

const outputs = new WeakMap<object, string>()

/** Remembers the console output of code that threw; the text of the error shows it, unless its message is JSON. */
export function noteOutput(error: unknown, output: string): void {
  if (typeof error === 'object' && error !== null && output !== '') outputs.set(error, output)
}

function prettyJson(message: string): string | undefined {
  if (!message.startsWith('{') && !message.startsWith('[')) return undefined
  return JSON.stringify(parseJson(message), null, 2)
}

function described(error: unknown, mask: Mask): string {
  if (typeof error !== 'object' || error === null) return shown(error)
  const causes: string[] = []
  let cause: unknown = error
  for (let depth = 0; depth <= MAX_CAUSES && cause !== undefined && cause !== null; depth++) {
    causes.push(describedAlone(cause, mask))
    cause = partOf(cause, 'cause')
  }
  const output = outputs.get(error)
  return `${causes.join('\ncause: ')}${output === undefined ? '' : `\n\nOutput of the code:\n${output}`}`
}

/** Further fields of errors: system errors, clients of HTTP and databases, AWS. */
const DETAILS =
  'code errno syscall hostname address port status statusCode statusText detail hint sqlState sqlMessage reason'.split(
    ' ',
  )
const BODIES = ['data', 'body', '_data']

function describedAlone(error: unknown, mask: Mask): string {
  if (isA(error, IsolatedValue)) return error.message
  const message = partOf(error, 'message')
  const response = partOf(error, 'response')
  const lines = [typeof message === 'string' ? headOf(error, message) : mask(shown(error))]
  for (const name of DETAILS) {
    const own = partOf(error, name)
    const detail = own === undefined && name.startsWith('status') ? partOf(response, name) : own
    const isShown = typeof detail === 'number' || (typeof detail === 'string' && detail !== '')
    if (isShown && !message?.toString().includes(String(detail))) lines.push(`${name}: ${detail}`)
  }
  if (typeof message === 'string') {
    const body = [response, error].flatMap((holder) => BODIES.map((name) => bodyText(partOf(holder, name))))
    const text = body.find((one) => one !== undefined && one !== '')
    if (text !== undefined) lines.push(`response: ${cut(mask(text), MAX_BODY_TEXT)}`)
  }
  const errors = partOf(error, 'errors')
  if (Array.isArray(errors) && isA(error, AggregateError))
    for (const one of errors.slice(0, MAX_CAUSES)) lines.push(`- ${headOf(one, messageOf(one))}`)
  lines.push(...placesOf(error))
  return lines.join('\n')
}

function headOf(error: unknown, message: string): string {
  const [own, made] = [partOf(error, 'name'), partOf(partOf(error, 'constructor'), 'name')]
  const name = typeof own === 'string' && own !== '' && own !== 'Error' ? own : made
  const known = typeof name === 'string' && name !== 'Object' && name !== IsolatedError.name ? name : 'Error'
  return `${known}: ${message}`
}

/** The place in the code of the step. The frames of the engine and of libraries are left out. */
function placesOf(error: unknown): string[] {
  const stack = partOf(error, 'stack')
  if (typeof stack !== 'string') return []
  return stack
    .split('\n')
    .filter((line) => /^\s+at .*\bcode\.js:\d/.test(line))
    .slice(0, MAX_CAUSES)
}

/** The body of an answer, where it is text or plain data. */
function bodyText(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  if (!isPlain(body) && !Array.isArray(body)) return undefined
  try {
    return JSON.stringify(body)
  } catch {
    return undefined
  }
}

/** Parts of requests, connections and clients, which hold credentials and do not explain the error. */
const HIDDEN = new Set(
  'config request req res headers _headers agent httpagent httpsagent socket client options connection auth'.split(' '),
)

/** A thrown value that is not an error, as plain data up to some depth. */
function shown(value: unknown): string {
  try {
    return inspect(plainOf(value, 0), { depth: MAX_DEPTH + 1 })
  } catch {
    return 'An error that cannot be shown'
  }
}

function plainOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? nameOfFunction(value) : value
  if (depth > MAX_DEPTH) return '[...]'
  if (Array.isArray(value)) return value.slice(0, MAX_PARTS).map((part) => plainOf(part, depth + 1))
  const message = partOf(value, 'message')
  if (!isPlain(value)) return typeof message === 'string' ? headOf(value, message) : `[${nameOfClass(value)}]`
  const parts = Object.entries(value).filter(([name]) => !HIDDEN.has(name.toLowerCase()))
  return Object.fromEntries(parts.slice(0, MAX_PARTS).map(([name, part]) => [name, plainOf(part, depth + 1)]))
}

const nameOfFunction = (value: object): string => `[Function: ${String(partOf(value, 'name'))}]`
const nameOfClass = (value: object): string => String(partOf(partOf(value, 'constructor'), 'name') ?? 'object')

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Reads a member of a thrown value: getters may throw in turn. */
function partOf(value: unknown, name: string): unknown {
  try {
    return (typeof value === 'object' && value !== null) || typeof value === 'function'
      ? Reflect.get(value, name)
      : undefined
  } catch {
    return undefined
  }
}

/** Node.js names the files that required a module, and the stack repeats them. */
function withoutOwnFiles(text: string): string {
  return text
    .replace(/\nRequire stack:(?:\n- .*)*/g, '')
    .replace(/\n\s+at (?!.*\bcode\.js:)[^\n]*(?:node:|file:|\/)[^\n]*:\d+:\d+\)?/g, '')
    .replaceAll(OWN_FILES, '')
}

/** The folder of the engine's bundle. */
const OWN_FILES = new URL('.', import.meta.url).href

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}... (cut)` : text
