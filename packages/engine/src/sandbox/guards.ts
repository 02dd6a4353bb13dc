import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers'
import { format } from 'node:util'
import { noteOutput } from '../errors.ts'
import { createGlobalsGuard, type GlobalsGuard } from './globals-guard.ts'
import { MAX_CONSOLE_TEXT, type OnPrinted } from './sandbox.ts'
import { STOP_SIGNALS } from './stop-signals.ts'

/**
 * Keeps user code that shares the engine's process from ending it. Installed once; while no code runs, everything
 * behaves as usual.
 */

/** More of one print is not kept; an error shows less than that. */
const MAX_PRINT = 128 * 1024

interface Attempt {
  fail(error: unknown): void
  output: string
  isOver: boolean
}

/** Follows code into its timers and promises, so that a stray error is blamed on the step that it came from. */
const attempts = new AsyncLocalStorage<Attempt>()
let installed = false
let exclusive = false
let globalsGuard: GlobalsGuard | undefined

/**
 * Runs user code under guard.
 * @param isOwn whether it is this product's own code, which changes nothing that has to be put back
 * @param onPrinted gets what the code printed
 * @returns what the code returns
 * @throws what it throws, also out of forgotten promises and timers, with what the code printed
 */
export async function guarded<T>(run: () => Promise<T> | T, isOwn = false, onPrinted?: OnPrinted): Promise<T> {
  install()
  const attempt: Attempt = { fail: () => undefined, output: '', isOver: false }
  try {
    // Nothing here asks the prototype of promises, which the code may have changed.
    return await new Promise<T>((resolve, reject) => {
      attempt.fail = reject
      const execute = async (): Promise<void> => {
        try {
          const result = await run()
          // One turn of the event loop, so that rejections nobody handled come to light while the step still runs.
          setImmediate(() => resolve(result))
        } catch (error) {
          reject(error)
        }
      }
      void attempts.run(attempt, execute)
    })
  } catch (error) {
    noteOutput(error, attempt.output)
    throw error
  } finally {
    attempt.isOver = true
    if (attempt.output !== '') onPrinted?.(attempt.output)
    if (!isOwn) globalsGuard?.restore()
  }
}

/**
 * From here on the process belongs to the engine: stray errors of code that has ended are dropped, and what code
 * changes of the process is put back.
 */
export function ownProcess(): void {
  exclusive = true
  install()
  keepListeners()
  globalsGuard = createGlobalsGuard()
  // A stream that code has closed must not bring down the engine when something is printed later.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** The listeners of the engine stay, whatever code takes away. */
function keepListeners(): void {
  const { on, listeners } = EventEmitter.prototype
  const listenersOf = (event: string): unknown[] => Reflect.apply(listeners, process, [event])
  const own = ['uncaughtException', 'unhandledRejection', ...STOP_SIGNALS].flatMap((event) =>
    listenersOf(event).map((listener) => ({ event, listener })),
  )
  const putBack = (): void => {
    // Node.js itself needs what the code may have changed already.
    globalsGuard?.restore()
    for (const { event, listener } of own)
      if (!listenersOf(event).includes(listener)) Reflect.apply(on, process, [event, listener])
  }
  for (const name of ['removeAllListeners', 'removeListener', 'off'] as const) {
    const remove = process[name]
    Reflect.set(process, name, (...values: unknown[]) => {
      Reflect.apply(remove, process, values)
      putBack()
      return process
    })
  }
}

function install(): void {
  if (installed) return
  installed = true
  for (const name of ['exit', 'abort', 'chdir', 'reallyExit'] as const) forbid(name)
  const kill = process.kill.bind(process)
  process.kill = (pid, signal) => {
    if ((pid === process.pid || pid <= 0) && signal !== 0) refuse('kill')
    return kill(pid, signal)
  }
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    const print = console[level].bind(console)
    console[level] = (...values: unknown[]) => {
      if (!keep(() => `${format(...values)}\n`)) print(...values)
    }
  }
  const onStray = (error: unknown): void => {
    const attempt = attempts.getStore()
    if (attempt !== undefined) {
      if (!attempt.isOver) attempt.fail(error)
      // Its output may hold secrets of a run that are no longer known.
    } else if (exclusive) process.stderr.write('An error of code that is over was dropped\n')
    else throw error
  }
  process.on('uncaughtException', onStray)
  process.on('unhandledRejection', onStray)
}

function forbid(name: 'exit' | 'abort' | 'chdir' | 'reallyExit'): void {
  const original: unknown = Reflect.get(process, name)
  if (typeof original !== 'function') return
  const guard = (...values: unknown[]): unknown => {
    if (attempts.getStore() !== undefined || exclusive) refuse(name)
    return Reflect.apply(original, process, values)
  }
  Reflect.set(process, name, guard)
}

function refuse(name: string): never {
  throw new Error(`process.${name}() is not available in a flow: the process is shared with the engine`)
}

/** Keeps what running code prints; false when no code printed it. */
function keep(print: () => string): boolean {
  const attempt = attempts.getStore()
  if (attempt === undefined) return false
  // Cut between prints only: half of a secret could not be found again.
  if (attempt.output.length < MAX_CONSOLE_TEXT) attempt.output += print().slice(0, MAX_PRINT)
  return true
}
