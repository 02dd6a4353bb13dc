import { closeSync, openSync } from 'node:fs'
import { type ModuleCache, rememberModuleCache } from './module-cache.ts'
import { type ModuleSettings, rememberModuleSettings } from './module-settings.ts'
import { type NoticedCalls, noticeCalls } from './noticed-calls.ts'
import { rememberSharedState, type SharedState } from './shared-state.ts'

/**
 * Finds the changes of a run's code to its process that are not undone after each step: they are undone after the run,
 * and reported where that is not possible.
 */
export interface Traces {
  /** Call it before user code begins in this process; only the first call has an effect. */
  begin(): void
  /** Puts back what a step changed; a few microseconds. */
  afterStep(): void
  /** @returns what the run left behind and cannot be put back; undefined when there is nothing */
  afterRun(): string | undefined
}

/** Counts the resources that keep a process busy, which code may have left running. */
const RUNNING: ReadonlySet<string> = new Set(['TCPServerWrap', 'UDPWrap', 'ProcessWrap', 'PipeWrap', 'MessagePort'])
/**
 * The same for resources that the engine never has at the end of a run: a loop that continues waits for one of these.
 */
const PENDING: ReadonlySet<string> = new Set(
  'Timeout Immediate FSReqCallback FSReqPromise GetAddrInfoReqWrap'.split(' '),
)

export function createTraces(): Traces {
  let shared: SharedState | undefined
  let settings: ModuleSettings | undefined
  let cache: ModuleCache | undefined
  let calls: NoticedCalls | undefined
  let isWhole = true
  let atStart = {
    ...{ umask: 0, title: '', running: 0, descriptor: 0 },
    exitCode: process.exitCode,
    listeners: new Map<string | symbol, ReadonlySet<unknown>>(),
  }
  const { emitter, removeListener } = { emitter: process, removeListener: process.removeListener }
  const umask = process.umask.bind(process)

  const listeners = () =>
    new Map(emitter.eventNames().map((event) => [event, new Set<unknown>(emitter.rawListeners(event))] as const))

  const removeListeners = (): void => {
    for (const event of emitter.eventNames()) {
      const known = atStart.listeners.get(event)
      for (const listener of emitter.rawListeners(event))
        if (known?.has(listener) !== true) Reflect.apply(removeListener, emitter, [event, listener])
    }
  }

  return {
    begin() {
      if (shared !== undefined) return
      settings = rememberModuleSettings()
      cache = rememberModuleCache()
      calls = noticeCalls()
      shared = rememberSharedState()
      atStart = {
        umask: umask(),
        title: process.title,
        running: countRunning(false),
        descriptor: freeDescriptor(),
        exitCode: process.exitCode,
        listeners: listeners(),
      }
    },
    afterStep() {
      if (shared !== undefined && !shared.putBack()) isWhole = false
      calls?.handOn()
    },
    afterRun() {
      if (shared === undefined) return undefined
      if (!shared.putBack() || !shared.removeAdded() || !isWhole) return 'a built-in that cannot be put back'
      calls?.handOn()
      if (calls?.wereMade() === true) return 'a state inside Node.js'
      if (umask() !== atStart.umask) umask(atStart.umask)
      if (process.title !== atStart.title) process.title = atStart.title
      if (process.exitCode !== atStart.exitCode) process.exitCode = atStart.exitCode
      removeListeners()
      if (settings?.areSame() !== true) return 'a setting of a module of Node.js'
      if (cache?.mend() === false) return 'a module that was loaded before'
      if (freeDescriptor() > atStart.descriptor + MAX_LEFT_OPEN) return 'files that nobody closed'
      return countRunning(true) > atStart.running ? 'something that still runs' : undefined
    },
  }
}

/** So many files and connections may stay open, as those do that clients keep for the next request. */
const MAX_LEFT_OPEN = 200

/** The lowest free descriptor, which grows with what stays open. */
function freeDescriptor(): number {
  try {
    const descriptor = openSync('/dev/null', 'r')
    closeSync(descriptor)
    return descriptor
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** The engine has servers of its own where it has no network. */
function countRunning(pending: boolean): number {
  let count = 0
  for (const kind of process.getActiveResourcesInfo()) if (RUNNING.has(kind) || (pending && PENDING.has(kind))) count++
  return count
}
