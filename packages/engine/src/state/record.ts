import type { StepOutputStatus } from '@piecework/model/run/status'
import type { OutputSlice, StepPath } from '@piecework/model/run/step-output'

/**
 * The results of a run's steps: a tree of mutable records. The JSON text of an output is made once and is used by the
 * journal, the size of the log, sandboxes and the final log; its value is parsed only if something reads it.
 */
export interface StepRecord {
  readonly name: string
  readonly type: string
  status: StepOutputStatus
  /** JSON text, redacted and truncated: what the log shows. */
  inputText: string
  /** JSON text of the whole output; a loop's output lives in `loop`. */
  outputText: string | undefined
  parsed: { value: unknown } | undefined
  /** JSON text of the output without secrets, with the whole one sealed next to it; see masking.ts. */
  shownText: string | undefined
  sealed: string | undefined
  /** How many secrets were known when it was last masked. */
  maskedFor: number
  slice: OutputSlice | undefined
  /** Milliseconds since 1970. */
  startedAt: number | undefined
  duration: number | undefined
  /** The error, as text. */
  error: string | undefined
  /** The console output of its code, without secrets, in a test of it. */
  printed: string | undefined
  loop: LoopState | undefined
  /** Bytes that this step counts for in the size of the log. */
  inputBytes: number
  outputBytes: number
}

export interface LoopState {
  item: unknown
  /** 1-based; 0 for an empty list. */
  index: number
  iterations: Scope[]
  /** Grows whenever `item` or `iterations` change. */
  version: number
  /** The loop's output as expressions see it. */
  readonly output: object
}

/** The steps of the flow's top level, or of one iteration of a loop. */
export interface Scope {
  readonly steps: Map<string, StepRecord>
  readonly parent: Scope | undefined
  readonly path: StepPath
  /** Names this scope in the keys of the journal. */
  readonly key: string
}

export const createScope = (parent?: Scope, loopName?: string, iteration?: number): Scope =>
  parent === undefined || loopName === undefined || iteration === undefined
    ? { steps: new Map(), parent: undefined, path: [], key: '' }
    : {
        steps: new Map(),
        parent,
        path: [...parent.path, [loopName, iteration]],
        key: `${parent.key}${loopName}:${iteration}/`,
      }

/** A step that begins now. */
export function createRecord(name: string, type: string, status: StepOutputStatus): StepRecord {
  return {
    name,
    type,
    status,
    inputText: '{}',
    outputText: undefined,
    parsed: undefined,
    shownText: undefined,
    sealed: undefined,
    maskedFor: -1,
    slice: undefined,
    startedAt: timeNow(),
    duration: undefined,
    error: undefined,
    printed: undefined,
    loop: undefined,
    inputBytes: 0,
    outputBytes: 0,
  }
}

export function createLoopState(): LoopState {
  const seen: unknown[] = []
  let complete = 0
  const state: LoopState = {
    item: undefined,
    index: 0,
    iterations: [],
    version: 0,
    output: {
      get item() {
        return state.item
      },
      get index() {
        return state.index
      },
      // Built on demand; finished iterations are built once, only the newest again and again.
      get iterations() {
        for (let i = complete; i < state.iterations.length; i++) seen[i] = iterationView(state.iterations[i])
        complete = Math.max(0, state.iterations.length - 1)
        return seen
      },
    },
  }
  return state
}

function iterationView(scope: Scope | undefined): Record<string, unknown> {
  const view: Record<string, unknown> = {}
  for (const record of scope?.steps.values() ?? []) {
    view[record.name] = {
      type: record.type,
      status: record.status,
      input: JSON.parse(record.inputText),
      output: outputOf(record),
      duration: record.duration,
      errorMessage: record.error,
    }
  }
  return view
}

/** The innermost record of a step as seen from a scope. */
export function findRecord(scope: Scope, name: string): StepRecord | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const record = at.steps.get(name)
    if (record !== undefined) return record
  }
  return undefined
}

/** The output of a step. Shared: never hand it to foreign code without a copy. */
export function outputOf(record: StepRecord): unknown {
  if (record.loop !== undefined) return record.loop.output
  if (record.outputText === undefined) return undefined
  record.parsed ??= { value: JSON.parse(record.outputText) }
  return record.parsed.value
}

/** The output of a step as JSON text; `light` leaves the iterations of a loop out. */
export function textOf(record: StepRecord, light: boolean): string | undefined {
  if (record.loop === undefined) return record.outputText
  const { item, index, output } = record.loop
  return light ? JSON.stringify({ item, index }) : JSON.stringify(output)
}

/** Makes records fit to leave the engine. */
export interface RecordMasker {
  /** Takes secrets out of everything of a record that is printed. */
  hide(record: StepRecord): void
  /** The same for JSON text of any other value. */
  json(text: string): string
}

/** The JSON text of one StepOutput, without secrets. A loop's iterations are in the log, and entries of their own in the journal. */
export function printRecord(record: StepRecord, into: string[], masker: RecordMasker, withIterations: boolean): void {
  masker.hide(record)
  into.push(`{"type":${JSON.stringify(record.type)},"status":"${record.status}","input":${record.inputText}`)
  if (record.loop !== undefined) printLoop(record.loop, into, masker, withIterations)
  else if (record.slice !== undefined) into.push(`,"outputSlice":${JSON.stringify(record.slice)}`)
  else if (record.shownText !== undefined) into.push(`,"output":${record.shownText}`)
  if (record.sealed !== undefined) into.push(`,"sealed":"${record.sealed}"`)
  if (record.startedAt !== undefined) into.push(`,"startedAt":${record.startedAt}`)
  if (record.duration !== undefined) into.push(`,"duration":${record.duration}`)
  if (record.error !== undefined) into.push(`,"errorMessage":${JSON.stringify(record.error)}`)
  if (record.printed !== undefined) into.push(`,"standardOutput":${JSON.stringify(record.printed)}`)
  into.push('}')
}

function printLoop(loop: LoopState, into: string[], masker: RecordMasker, withIterations: boolean): void {
  const item = loop.item === undefined ? undefined : JSON.stringify(loop.item)
  into.push(',"output":{')
  if (item !== undefined) into.push(`"item":${masker.json(item)},`)
  into.push(`"index":${loop.index}`)
  into.push(',"iterations":[')
  if (withIterations) {
    loop.iterations.forEach((scope, index) => {
      if (index > 0) into.push(',')
      printSteps(scope.steps, into, masker)
    })
  }
  into.push(']}')
}

/** The JSON text of a map from step name to StepOutput. */
export function printSteps(steps: ReadonlyMap<string, StepRecord>, into: string[], masker: RecordMasker): void {
  into.push('{')
  let first = true
  for (const record of steps.values()) {
    into.push(first ? '' : ',', JSON.stringify(record.name), ':')
    printRecord(record, into, masker, true)
    first = false
  }
  into.push('}')
}

/** The time of day, and the clock for durations: taken before any user code runs, which may change those that it sees. */
const timeNow: () => number = Date.now
export const clockNow: () => number = performance.now.bind(performance)

/** Milliseconds since a `clockNow()`, to the microsecond. */
export const elapsedSince = (startedAt: number): number => Math.round((clockNow() - startedAt) * 1000) / 1000
