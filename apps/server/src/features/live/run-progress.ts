import type { JournalEntry } from '@piecework/engine/protocol'
import type { FlowRun } from '@piecework/model/run/run'
import { StepOutput, type StepPath } from '@piecework/model/run/step-output'
import type { ObservedAttempt, RunEnd, RunFacts, StepProgress } from '../../events/runs.ts'
import type { RunObserver } from '../../observability/observer.ts'
import { presentFacts, type RunState } from '../runs/showing/present.ts'
import type { LiveHub, Parcel } from './hub.ts'
import { runsRoom } from './rooms.ts'

/**
 * Shows runs to those who watch their project. It sends all changes of a moment together, so that a run with
 * thousands of steps, or thousands of runs, cost their watchers and this server no more than they can see.
 */
export interface RunProgress extends RunObserver {
  progress(attempt: ObservedAttempt, progress: StepProgress): void
  finished(end: RunEnd): void
  /** Runs were ended from outside. @param load reads them, if somebody watches. */
  canceled(projectId: string, load: () => Promise<FlowRun[]>): Promise<void>
}

const FLUSH_MS = 50
/** Per run and flush; of the rounds of loops, the last ones count. */
const MAX_STEPS = 20
/** Per project and flush; then the rest of its runs have to do without. */
const MAX_PARCELS = 200
/** Steps that are larger come without their input and output, which are in the run. */
const MAX_STEP_CHARACTERS = 64 * 1024
export const TRUNCATED = '(truncated)'

interface Pending {
  facts: RunFacts
  displayName: string | undefined
  /** While it runs. */
  running: RunState
  /** How it stands now, when that has changed. */
  news: RunState | undefined
  /** JSON texts of StepOutputs by their place. */
  steps: Map<string, { name: string; path: StepPath; output: string }>
}

export function createRunProgress(hub: LiveHub): RunProgress {
  const pending = new Map<string, Pending>()
  let timer: NodeJS.Timeout | undefined

  const isWatched = ({ facts }: RunEnd['attempt'] | ObservedAttempt): boolean =>
    facts.stepNameToTest === null && hub.isWatched(runsRoom(facts.projectId))

  const note = (attempt: RunEnd['attempt'] | ObservedAttempt): Pending => {
    const { facts, startTime } = attempt
    const displayName = 'version' in attempt ? attempt.version.version.displayName : undefined
    const running = runningSince(startTime)
    const noted = pending.get(facts.id) ?? { facts, displayName, running, news: undefined, steps: new Map() }
    pending.set(facts.id, noted)
    if (!timer) timer = setTimeout(flush, FLUSH_MS).unref()
    return noted
  }

  const noteStep = (attempt: ObservedAttempt, { stepName: name, path, output }: StepProgress): void => {
    const { steps } = note(attempt)
    const place = `${path.flat().join('/')}/${name}`
    steps.delete(place)
    steps.set(place, { name, path, output })
    if (steps.size <= MAX_STEPS) return
    // Rounds of loops give way first: everything else is a step of its own in the picture of the flow.
    const [oldest] = steps.keys()
    for (const [key, step] of steps) if (step.path.length > 0) return void steps.delete(key)
    if (oldest !== undefined) steps.delete(oldest)
  }

  const flush = (): void => {
    timer = undefined
    const rooms = new Map<string, Parcel[]>()
    for (const run of testsFirst(pending.values())) {
      const room = runsRoom(run.facts.projectId)
      const parcels = rooms.get(room) ?? []
      rooms.set(room, parcels)
      if (parcels.length < MAX_PARCELS) parcels.push(...parcelsOf(run))
    }
    pending.clear()
    for (const [room, parcels] of rooms) hub.sendAll(room, parcels)
  }

  return {
    wantsSteps: isWatched,
    started(attempt) {
      if (isWatched(attempt)) note(attempt).news = runningSince(attempt.startTime)
      return {
        steps(_, entries) {
          if (entries.length > 0 && isWatched(attempt)) for (const entry of entries) noteStep(attempt, entry)
        },
        // `finished` announces the end once it is on disk, so that clients which then read the run find it.
        ended() {},
      }
    },
    progress(attempt, { stepName, path, output: said }) {
      if (!isWatched(attempt)) return
      const output = `{"type":"PIECE","status":"RUNNING","input":{},"output":${said}}`
      noteStep(attempt, { stepName, path, output })
    },
    finished({ outcome, attempt }) {
      if (!isWatched(attempt)) return
      const { status, finishTime, failedStep, tags, stepsCount } = outcome
      const { startTime } = runningSince(attempt.startTime)
      const ended = { finishTime: finishTime?.toISOString() ?? null, failedStep, tags, stepsCount }
      note(attempt).news = { status, startTime, ...ended }
    },
    async canceled(projectId, load) {
      const room = runsRoom(projectId)
      if (!hub.isWatched(room)) return
      const runs = await load()
      hub.sendAll(room, runs.flatMap(statusParcels))
    },
  }
}

const runningSince = (time: Date | string | null): RunState => ({
  status: 'RUNNING',
  startTime: new Date(time ?? Date.now()).toISOString(),
  finishTime: null,
  tags: [],
  failedStep: null,
  stepsCount: 0,
})

/** Somebody looks at a test for sure. */
function testsFirst(runs: Iterable<Pending>): Pending[] {
  const isTest = ({ facts }: Pending) => facts.environment === 'TESTING'
  return [...runs].sort((one, other) => Number(isTest(other)) - Number(isTest(one)))
}

function parcelsOf({ facts, displayName, running, news, steps }: Pending): Parcel[] {
  const parcels: Parcel[] = []
  if (steps.size > 0) {
    const flowRun = presentFacts(facts, running, displayName)
    for (const { name, path, output } of steps.values())
      parcels.push({
        event: 'UPDATE_RUN_PROGRESS',
        message: { flowRun, step: { name, path, output: readStep(output) } },
      })
  }
  return news ? [...parcels, ...statusParcels(presentFacts(facts, news, displayName))] : parcels
}

function statusParcels(flowRun: FlowRun): Parcel[] {
  const { id: runId, flowId, status, environment } = flowRun
  return [
    { event: 'UPDATE_RUN_PROGRESS', message: { flowRun } },
    { event: 'FLOW_RUN_PROGRESS', message: { runId, flowId, status, environment } },
  ]
}

/** Engines begin the text of a step with its type and status. */
const HEAD = /^\{"type":"([A-Z_]+)","status":"([A-Z]+)"/

function readStep(text: JournalEntry['output']): StepOutput {
  if (text.length <= MAX_STEP_CHARACTERS) {
    const { outputSlice, sealed: _, ...step } = StepOutput.parse(JSON.parse(text))
    // It was put elsewhere because it is large.
    return outputSlice ? { ...step, output: TRUNCATED } : step
  }
  const [, type, status] = HEAD.exec(text) ?? []
  return StepOutput.parse({ type, status, input: TRUNCATED, output: TRUNCATED })
}
