import type { JournalEntry } from '@piecework/engine/protocol'
import { newId } from '@piecework/model/ids'
import { parseJson } from '@piecework/model/parse-json'
import { assembleLog, type PlacedStep, placedSteps } from '@piecework/model/run/log'
import { isOfLoop, roundsOf } from '@piecework/model/run/loop-output'
import { type OutputSlice, RunLog, StepOutput, type Steps } from '@piecework/model/run/step-output'

/** Longer texts are not made into values only to be written down or looked at. */
const LARGE_LENGTH = 64 * 1024

/** Journal entries as steps with their places. */
export function journalledSteps(entries: readonly JournalEntry[]): PlacedStep[] {
  return entries.map(({ stepName, path, output }) => ({ stepName, path, output: StepOutput.parse(JSON.parse(output)) }))
}

/** The journal that a finished or paused run would have: what its log holds, step by step. */
export function journalOfLog(log: string): JournalEntry[] {
  const { executionState } = RunLog.parse(JSON.parse(log))
  return placedSteps(executionState.steps).map(({ stepName, path, output }, index) => ({
    sequence: index + 1,
    stepName,
    path,
    output: JSON.stringify(output),
  }))
}

/** The same of a log that a sandbox has just sent: nothing of one that is large, or is none. */
export function stepsOfLog(log: string): JournalEntry[] {
  if (log.length > LARGE_LENGTH) return []
  try {
    return journalOfLog(log)
  } catch {
    return []
  }
}

/** The facts about the start of a run that its journal does not hold. */
export interface RunStart {
  name: string
  type: string
  /** JSON text of the event, or the file that it goes into; null when the journal has it, or the trigger has yet to make one. */
  event: string | OutputSlice | null
  tags: string[]
}

/** The log of a run whose engine is gone: what the journal holds, behind the event that began it. */
export function logOfJournal(entries: readonly JournalEntry[], { name, type, event, tags }: RunStart): RunLog {
  const steps = journalledSteps(entries)
  if (event === null) return assembleLog(steps, tags)
  const output = typeof event === 'string' ? { output: parseJson(event, event) } : { outputSlice: event }
  const trigger = { type, status: 'SUCCEEDED' as const, input: {}, ...output }
  return assembleLog([{ stepName: name, path: [], output: trigger }, ...steps], tags)
}

export const NO_EVENT = { event: null, slices: [] }

/**
 * The event of a run as its log shall have it.
 * @param payload JSON text
 * @returns it, with the outputs that are stored next to the log.
 */
export function eventOfLog(
  payload: string,
  entries: readonly JournalEntry[],
  triggerName: string,
): { event: RunStart['event']; slices: JournalEntry[] } {
  if (payload.length <= LARGE_LENGTH) return { event: payload, slices: [] }
  if (entries.some(({ stepName, path }) => stepName === triggerName && path.length === 0)) return NO_EVENT
  const event = { fileId: newId(), size: Buffer.byteLength(payload) }
  const slice = { fileId: event.fileId, data: payload }
  return { event, slices: [{ sequence: 0, stepName: triggerName, path: [], output: '{}', slice }] }
}

/** Whether the trigger came to its output. */
export function hasEvent(entries: readonly JournalEntry[], triggerName: string): boolean {
  const last = entries.findLast(({ stepName, path }) => stepName === triggerName && path.length === 0)
  return last !== undefined && StepOutput.parse(JSON.parse(last.output)).status === 'SUCCEEDED'
}

/** Whether a trigger that runs inside of the run did not come to its output. */
export function lacksEvent(entries: readonly JournalEntry[], executeTrigger: boolean, triggerName: string): boolean {
  return executeTrigger && !hasEvent(entries, triggerName)
}

/** Loops of a run that is over do not run any more: like every loop that a failing step stops, they succeeded. */
export function endLoops(steps: Steps): void {
  for (const step of Object.values(steps)) {
    if (!isOfLoop(step)) continue
    if (step.status === 'RUNNING') step.status = 'SUCCEEDED'
    for (const round of roundsOf(step)) endLoops(round)
  }
}
