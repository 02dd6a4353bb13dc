import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type ivm from 'isolated-vm'
import { IsolatedError, IsolatedValue, MemoryLimitError, NotJsonError, noteOutput } from '../errors.ts'
import { tooDeepText } from '../flow/depth.ts'
import { type StepRecord, textOf } from '../flow/record.ts'
import type { EngineLimits } from '../protocol.ts'
import type { Script } from '../resolve/expression.ts'
import { BOOTSTRAP } from './bootstrap.ts'
import { loadIsolatedVm } from './load-isolated-vm.ts'
import { NO_CODE_EXPORT } from './local.ts'
import { MAX_CONSOLE_TEXT, type RunSandbox, type Sandbox } from './sandbox.ts'

/**
 * The sandbox of the SANDBOX_CODE_* modes (spec: docs/install/architecture/sandboxing.md). One isolate stays warm
 * for the project that ran last. Every code step gets a context of its own in it, and so do the expressions of a run,
 * anew after each that may change it. Everything crosses as text.
 *
 * Measured: a new isolate costs 3.8 ms, a new context 0.5 ms, a synchronous call 0.0025 ms, an asynchronous one
 * 0.075 ms. Microtasks are drained before a synchronous call returns, so no asynchronous call is ever needed.
 */

/** After so many runs an isolate is replaced, whatever its state. */
const MAX_USES = 5_000
const MAX_SCRIPTS = 500
/** As many contexts as a run takes are made ahead of it, up to this number. */
const MAX_SPARES = 8
/** How often the heap is looked at, in runs. */
const HEAP_CHECK_EVERY = 16
/** The worker ends the process of a run that is out of time; this catches an engine whose worker is gone. */
const TIMEOUT_GRACE_MS = 30_000
const DEFAULT_FLOW_TIMEOUT_SECONDS = 600
/** Longer waits are waited for in parts: Node's timers take no more than 2^31 ms. */
const MAX_WAIT_MS = 60_000

/** Taken before user code is kept from it. */
const killProcess = process.kill.bind(process)

const BOOTSTRAP_SOURCE = BOOTSTRAP.replace('__MAX_OUTPUT__', String(MAX_CONSOLE_TEXT))
  .replace('__NO_CODE__', JSON.stringify(NO_CODE_EXPORT))
  .replace('__TOO_DEEP__', JSON.stringify(tooDeepText('The result of the code')))

interface Home {
  isolate: ivm.Isolate
  projectId: string
  bootstrap: ivm.Script
  scripts: Map<string, ivm.Script>
  /** Runs that it served. */
  uses: number
  /** Contexts that nothing ran in, made while there was nothing else to do. */
  spares: Room[]
  /** Contexts that were taken since spares were last made. */
  taken: number
}

/** A context with the one function that reaches into it. */
interface Room {
  context: ivm.Context
  dispatch: ivm.Reference<Dispatch>
}

interface Settings {
  limitMb: number
  /** Milliseconds of one call into the isolate. */
  timeout: number
}

type Primitive = string | number | boolean | undefined
type Dispatch = (operation: string, ...values: (Primitive | ivm.Dereference<() => void>)[]) => Primitive

export function createIsolateSandbox(limits: EngineLimits): Sandbox {
  const timeout = (limits.flowTimeoutSeconds ?? DEFAULT_FLOW_TIMEOUT_SECONDS) * 1000 + TIMEOUT_GRACE_MS
  const settings: Settings = { limitMb: limits.isolateMemoryMb, timeout }
  let home: Home | undefined

  const homeFor = (projectId: string): Home => {
    if (home !== undefined && (home.projectId !== projectId || isSpent(home, settings.limitMb))) {
      dispose(home)
      home = undefined
    }
    home ??= createHome(projectId, settings.limitMb)
    return home
  }
  return {
    open: (projectId) => openRun(() => homeFor(projectId), settings),
    prepare() {
      if (home === undefined || isSpent(home, settings.limitMb)) return false
      const wanted = Math.min(MAX_SPARES, Math.max(1, home.taken))
      if (home.spares.length < wanted) home.spares.push(createRoom(home))
      if (home.spares.length < wanted) return true
      home.taken = 0
      return false
    },
  }
}

function createHome(projectId: string, limitMb: number): Home {
  const { Isolate } = loadIsolatedVm()
  const isolate = new Isolate({
    memoryLimit: limitMb,
    // V8 has lost the isolate: nothing in this process can be trusted to go on.
    onCatastrophicError: () => killProcess(process.pid, 'SIGABRT'),
  })
  const bootstrap = isolate.compileScriptSync(BOOTSTRAP_SOURCE, { filename: 'sandbox.js' })
  return { isolate, projectId, bootstrap, scripts: new Map(), uses: 0, spares: [], taken: 0 }
}

function dispose(home: Home): void {
  if (!home.isolate.isDisposed) home.isolate.dispose()
}

function isSpent(home: Home, limitMb: number): boolean {
  if (home.isolate.isDisposed || home.uses >= MAX_USES || home.scripts.size >= MAX_SCRIPTS) return true
  if (home.uses % HEAP_CHECK_EVERY !== 0) return false
  const heap = home.isolate.getHeapStatisticsSync()
  return heap.used_heap_size + heap.externally_allocated_size > (limitMb * 1024 * 1024) / 2
}

function createRoom(home: Home): Room {
  const context = home.isolate.createContextSync()
  return { context, dispatch: home.bootstrap.runSync(context, { reference: true }) }
}

function openRun(homeOf: () => Home, { limitMb, timeout }: Settings): RunSandbox {
  let home: Home | undefined
  /** Where expressions of the run are evaluated, until one of them may have changed it. */
  let room: Room | undefined
  const known = new Map<string, { record: StepRecord; version: number; light: boolean }>()
  const scriptIds = new Map<Script, number>()

  /** Nothing is made before the first expression or code step asks for it. */
  const enterHome = (): Home => {
    if (home === undefined) {
      home = homeOf()
      home.uses += 1
    }
    return home
  }
  const leaveRoom = (): void => {
    if (room !== undefined && home !== undefined) release(home, room)
    room = undefined
    known.clear()
    scriptIds.clear()
  }

  return {
    evaluate(script, lookup, connection) {
      const at = enterHome()
      room ??= takeRoom(at)
      const { dispatch } = room
      const call = (operation: string, ...values: Primitive[]) =>
        within(at, limitMb, () => dispatch.applySync(undefined, [operation, ...values], { timeout }))
      for (const { name, light } of script.names) {
        const record = lookup(name)
        if (record === undefined) {
          if (known.delete(name)) call('set', name, undefined)
          continue
        }
        const version = record.loop?.version ?? 0
        const sent = known.get(name)
        if (sent?.record === record && sent.version === version && sent.light === light) continue
        call('set', name, textOf(record, light))
        known.set(name, { record, version, light })
      }
      const isNew = !scriptIds.has(script)
      const id = scriptIds.get(script) ?? scriptIds.size
      scriptIds.set(script, id)
      const names = JSON.stringify(script.names.map(({ name }) => name))
      const connectionText = connection === undefined ? undefined : JSON.stringify(connection)
      try {
        const text = call('evaluate', id, isNew ? script.source : undefined, names, connectionText)
        if (text === false) throw new NotJsonError()
        return typeof text === 'string' ? JSON.parse(text) : undefined
      } finally {
        // What it changed must not be seen by the next expression.
        if (!script.pure) leaveRoom()
      }
    },

    getReady() {
      const at = enterHome()
      if (at.spares.length === 0) within(at, limitMb, () => at.spares.push(createRoom(at)))
    },

    async runCode(file, inputText) {
      const at = enterHome()
      const own = within(at, limitMb, () => takeRoom(at))
      const call = (operation: string, ...values: Primitive[]) =>
        within(at, limitMb, () => own.dispatch.applySync(undefined, [operation, ...values], { timeout }))
      try {
        within(at, limitMb, () => defineModule(at, own, file, limitMb, timeout))
        call('run', file, inputText)
        for (;;) {
          const state = String(call('poll'))
          const rest = state.slice(1)
          if (state.startsWith('O')) return rest
          if (state.startsWith('E')) throw failureOf(rest, limitMb)
          if (state.startsWith('N')) throw new Error('The code waits for a promise that nothing will ever settle')
          if (rest !== '0') await delay(Math.min(Number(rest), MAX_WAIT_MS))
        }
      } finally {
        release(at, own)
      }
    },

    close: leaveRoom,
  }
}

/** @throws MemoryLimitError when the isolate ended meanwhile, else what `act` throws */
function within<T>(home: Home, limitMb: number, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (home.isolate.isDisposed) throw new MemoryLimitError(limitMb)
    throw error
  }
}

function takeRoom(home: Home): Room {
  home.taken += 1
  return home.spares.pop() ?? createRoom(home)
}

function release(home: Home, room: Room): void {
  if (home.isolate.isDisposed) return
  room.dispatch.release()
  room.context.release()
}

/** Loads a code file into a context of its own; its compiled script is kept with the isolate. */
function defineModule(home: Home, room: Room, file: string, limitMb: number, timeout: number): void {
  let script = home.scripts.get(file)
  if (script === undefined) {
    // On one line with the code, so that line numbers in stacks are the author's.
    const source = `(function (exports, require, module) {${readFileSync(file, 'utf8')}\n})`
    script = home.isolate.compileScriptSync(source, { filename: 'code.js' })
    home.scripts.set(file, script)
  }
  const load: ivm.Reference<() => void> = script.runSync(room.context, { reference: true, timeout })
  const state: unknown = room.dispatch.applySync(undefined, ['define', file, load.derefInto()], { timeout })
  load.release()
  if (typeof state === 'string') throw failureOf(state.slice(1), limitMb)
}

/** What V8 says when the isolate may not have more bytes outside its heap. */
const NO_MORE_BYTES = 'Array buffer allocation failed'

/** What a context says of an error. */
interface Failure {
  name?: string
  message: string
  stack?: string
  details?: Record<string, unknown>
  output: string
}

function failureOf(text: string, limitMb: number): Error {
  const failure: Failure = JSON.parse(text)
  if (failure.message === NO_MORE_BYTES) return new MemoryLimitError(limitMb)
  const { name, message, stack } = failure
  const error =
    name === undefined ? new IsolatedValue(stack ?? message) : new IsolatedError(name, message, stack ?? message)
  Object.assign(error, failure.details)
  noteOutput(error, failure.output)
  return error
}
