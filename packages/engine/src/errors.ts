import { inspect } from 'node:util'

/** What a failure means for the run: USER fails the step, ENGINE aborts the run as INTERNAL_ERROR. */
export type FailureKind = 'USER' | 'ENGINE'

/** Names of the failures that the engine itself raises (spec: facts/errors.md, engine execution errors). */
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

/** An error that was thrown inside a V8 isolate; only its description crossed the border. */
export class IsolatedError extends Error {
  constructor(message: string, stack: string | undefined) {
    super(message)
    this.name = 'IsolatedError'
    if (stack !== undefined) this.stack = stack
  }
}

export const isEngineFailure = (error: unknown): boolean => isA(error, ExecutionError) && error.kind === 'ENGINE'

export const isMemoryFailure = (error: unknown): boolean => isA(error, MemoryLimitError)

/** `instanceof` for what code of users has thrown: proxies may throw when they are looked at. */
function isA<T>(error: unknown, type: new (...values: never[]) => T): error is T {
  try {
    return error instanceof type
  } catch {
    return false
  }
}

const MAX_ERROR_TEXT = 64 * 1024

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === 'string') return error
  try {
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
      return error.message
    }
  } catch {
    // The getter of a thrown object threw in turn.
  }
  return safeInspect(error)
}

/**
 * The text that a failed step shows (spec: facts/engine.md section 5): a message that is JSON is printed prettily,
 * anything else as Node shows it, with its stack.
 */
export function errorText(error: unknown): string {
  const pretty = prettyJson(messageOf(error))
  if (pretty !== undefined) return bounded(pretty)
  if (typeof error === 'string') return bounded(error)
  if (isA(error, IsolatedError)) return bounded(error.stack ?? error.message)
  return bounded(safeInspect(error))
}

function prettyJson(message: string): string | undefined {
  if (!message.startsWith('{') && !message.startsWith('[')) return undefined
  try {
    return JSON.stringify(JSON.parse(message), null, 2)
  } catch {
    return undefined
  }
}

/** Objects of user code may carry inspectors and getters of their own, which may throw. */
function safeInspect(value: unknown): string {
  try {
    return inspect(value, { depth: 4 })
  } catch {
    return 'an error that cannot be shown'
  }
}

const bounded = (text: string): string =>
  text.length > MAX_ERROR_TEXT ? `${text.slice(0, MAX_ERROR_TEXT)}... (cut)` : text
