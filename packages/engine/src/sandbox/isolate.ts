import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type ivm from 'isolated-vm'
import { IsolatedError, IsolatedValue, MemoryLimitError, NotJsonError, noteOutput } from '../errors.ts'
import type { EngineLimits } from '../protocol.ts'
import { LONGEST_LIST, NO_STRING, tooDeepText, tooLargeText } from '../state/depth.ts'
import { type StepRecord, textOf } from '../state/record.ts'
import { BOOTSTRAP } from './bootstrap.ts'
import { loadIsolatedVm } from './load-isolated-vm.ts'
import { NO_CODE_EXPORT } from './local.ts'
import { MAX_CONSOLE_TEXT, type RunSandbox, type Sandbox } from './sandbox.ts'
import { isSelfContained } from './self-contained.ts'

/**
 * The sandbox of the SANDBOX_CODE_* modes of docs/security.md. A few isolates stay warm, each for one project.
 * Every code step gets a context of its own in it, and so do the expressions of a run,
 * a new one after each that may change it. A context in which nothing ran that could leave traces is used again.
 * Everything crosses as text.
 *
 * Measured: a new isolate costs 3.8 ms, a new context 0.5 ms, a synchronous call 0.0025 ms, an asynchronous one
 * 0.075 ms. Microtasks are drained before a synchronous call returns, so no asynchronous call is ever needed.
 */

/** Isolates that a process keeps, each for its project, and what each of them may hold meanwhile. */
const MAX_HOMES = 8
const KEPT_HEAP_BYTES = 24 * 1024 * 1024
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
  .replaceAll('__TOO_LARGE__', JSON.stringify(tooLargeText('The result of the code')))
  .replace('__LONGEST_LIST__', String(LONGEST_LIST))
  .replace('__NO_STRING__', JSON.stringify(NO_STRING))

interface Home {
  isolate: ivm.Isolate
  projectId: string
  bootstrap: ivm.Script
  codes: Map<string, CompiledCode>
  /** Runs that it served. */
  uses: number
  /** Contexts that nothing ran in, or nothing that leaves traces. */
  spares: Room[]
  /** Contexts that were taken since spares were last made. */
  taken: number
}

/** A context with the one function that reaches into it. */
interface Room {
  context: ivm.Context
  dispatch: ivm.Reference<Dispatch>
  /** Expressions that are compiled in it: their numbers by source and names. */
  scripts: Map<string, number>
}

interface CompiledCode {
  script: ivm.Script
  isSelfContained: boolean
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
  /** Isolates of projects that may soon run again; the last one is that of the latest run. */
  const homes = new Map<string, Home>()
  let current: Home | undefined

  const remove = (home: Home): void => {
    homes.delete(home.projectId)
    dispose(home)
  }
  const homeFor = (projectId: string): Home => {
    // The memory that a project keeps while others run is limited.
    if (current !== undefined && current.projectId !== projectId && !isSmall(current)) remove(current)
    const known = homes.get(projectId)
    if (known !== undefined && isSpent(known, settings.limitMb)) remove(known)
    const home = homes.get(projectId) ?? createHome(projectId, settings.limitMb)
    homes.delete(projectId)
    homes.set(projectId, home)
    const [oldest] = homes.values()
    if (homes.size > MAX_HOMES && oldest !== undefined) remove(oldest)
    current = home
    return home
  }
  return {
    open: (projectId) => openRun(() => homeFor(projectId), settings),
    prepare() {
      const home = current
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
  return { isolate, projectId, bootstrap, codes: new Map(), uses: 0, spares: [], taken: 0 }
}

function dispose(home: Home): void {
  if (!home.isolate.isDisposed) home.isolate.dispose()
}

function isSpent(home: Home, limitMb: number): boolean {
  if (home.isolate.isDisposed || home.uses >= MAX_USES || home.codes.size >= MAX_SCRIPTS) return true
  if (home.uses % HEAP_CHECK_EVERY !== 0) return false
  const heap = home.isolate.getHeapStatisticsSync()
  return heap.used_heap_size + heap.externally_allocated_size > (limitMb * 1024 * 1024) / 2
}

/** Whether a project that does not run may keep its isolate. */
function isSmall({ isolate }: Home): boolean {
  if (isolate.isDisposed) return false
  const heap = isolate.getHeapStatisticsSync()
  return heap.used_heap_size + heap.externally_allocated_size <= KEPT_HEAP_BYTES
}

function createRoom(home: Home): Room {
  const context = home.isolate.createContextSync()
  return { context, dispatch: home.bootstrap.runSync(context, { reference: true }), scripts: new Map() }
}

function openRun(homeOf: () => Home, { limitMb, timeout }: Settings): RunSandbox {
  let home: Home | undefined
  /** The context for expressions of the run, until one of them may have changed it. */
  let room: Room | undefined
  const known = new Map<string, { record: StepRecord; version: number; light: boolean }>()

  /** Nothing is made before the first expression or code step asks for it. */
  const enterHome = (): Home => {
    if (home === undefined) {
      home = homeOf()
      home.uses += 1
    }
    return home
  }
  const leaveRoom = (isClean: boolean): void => {
    if (room !== undefined && home !== undefined) leave(home, room, isClean)
    room = undefined
    known.clear()
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
      const names = JSON.stringify(script.names.map(({ name }) => name))
      const key = `${names}${script.source}`
      const isNew = !room.scripts.has(key)
      const id = room.scripts.get(key) ?? room.scripts.size
      const connectionText = connection === undefined ? undefined : JSON.stringify(connection)
      // The next expression must not see changes of this one, and one that failed may not be compiled.
      let isClean = false
      try {
        const text = call('evaluate', id, isNew ? script.source : undefined, names, connectionText)
        room.scripts.set(key, id)
        isClean = script.pure
        if (text === false) throw new NotJsonError()
        return typeof text === 'string' ? JSON.parse(text) : undefined
      } finally {
        if (!isClean) leaveRoom(false)
      }
    },

    getReady() {
      const at = enterHome()
      if (at.spares.length === 0) within(at, limitMb, () => at.spares.push(createRoom(at)))
    },

    async runCode(file, inputText, onPrinted) {
      const at = enterHome()
      const own = within(at, limitMb, () => takeRoom(at))
      const call = (operation: string, ...values: Primitive[]) =>
        within(at, limitMb, () => own.dispatch.applySync(undefined, [operation, ...values], { timeout }))
      let isClean = false
      try {
        const code = within(at, limitMb, () => compileCode(at, file))
        within(at, limitMb, () => defineModule(own, code, { file, limitMb, timeout }))
        call('run', file, inputText)
        for (;;) {
          const state = String(call('poll'))
          const rest = state.slice(1)
          isClean = code.isSelfContained
          if (onPrinted !== undefined && /^[OE]/.test(state)) onPrinted(String(call('printed')))
          if (state.startsWith('O')) return rest
          if (state.startsWith('E')) throw failureOf(rest, limitMb)
          if (state.startsWith('N')) throw new Error('The code waits for a promise that nothing will ever settle')
          if (rest !== '0') await delay(Math.min(Number(rest), MAX_WAIT_MS))
        }
      } finally {
        leave(at, own, isClean)
      }
    },

    close: () => leaveRoom(true),
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

/** Gives a context back: one that nothing changed serves the next step, or the next run, of its project. */
function leave(home: Home, room: Room, isClean: boolean): void {
  if (home.isolate.isDisposed) return
  if (isClean && home.spares.length < MAX_SPARES && room.scripts.size < MAX_SCRIPTS) {
    room.dispatch.applySync(undefined, ['forget'])
    home.spares.push(room)
    return
  }
  room.dispatch.release()
  room.context.release()
}

/** The compiled script is kept with the isolate. */
function compileCode(home: Home, file: string): CompiledCode {
  let code = home.codes.get(file)
  if (code === undefined) {
    const source = readFileSync(file, 'utf8')
    // On one line with the code, so that line numbers in stacks are the author's.
    const whole = `(function (exports, require, module) {${source}\n})`
    const script = home.isolate.compileScriptSync(whole, { filename: 'code.js' })
    code = { script, isSelfContained: isSelfContained(source) }
    home.codes.set(file, code)
  }
  return code
}

/** Loads code into a context: a new instance, whatever it kept in variables. */
function defineModule(
  room: Room,
  { script }: CompiledCode,
  { file, limitMb, timeout }: Settings & { file: string },
): void {
  const load: ivm.Reference<() => void> = script.runSync(room.context, { reference: true, timeout })
  const state: unknown = room.dispatch.applySync(undefined, ['define', file, load.derefInto()], { timeout })
  load.release()
  if (typeof state === 'string') throw failureOf(state.slice(1), limitMb)
}

/** V8's message when the isolate may not have more bytes outside its heap. */
const NO_MORE_BYTES = 'Array buffer allocation failed'

/** The description of an error from a context. */
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
