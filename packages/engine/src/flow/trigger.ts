import { errorText, isEngineFailure } from '../errors.ts'
import { contextParts } from '../piece/context.ts'
import { guarded } from '../sandbox/guards.ts'
import { requireDepth } from '../state/depth.ts'
import { createRecord } from '../state/record.ts'
import { endRun, finishStep, restoreStep } from './finish.ts'
import { prepareTrigger, runTrigger } from './piece-trigger.ts'
import type { Run } from './planned.ts'

/**
 * Gives the trigger its output: from the journal, from the payload, or by running it.
 * @returns false when the trigger ran and saw no event in its payload
 */
export async function startTrigger(run: Run): Promise<boolean> {
  const { operation, plan } = run
  const { trigger } = plan
  const earlier = run.journal.find(run.top, trigger.name)
  const isRetry = operation.executionType === 'RESUME' && operation.resumePayload === null
  if (earlier !== undefined && (earlier.status === 'SUCCEEDED' || !isRetry)) {
    const record = restoreStep(run, trigger.name, earlier, run.top)
    if (record.status === 'FAILED') endRun(run, 'FAILED', record)
    return true
  }
  const record = createRecord(trigger.name, trigger.type, 'SUCCEEDED')
  try {
    const output = operation.executeTrigger ? await eventOf(run) : { text: operation.triggerPayload }
    if (output === undefined) return false
    record.outputText = requireDepth(output.text, 'The event')
    if (operation.executionType === 'BEGIN' && !run.journal.isReplay) await notifyStart(run, output.text)
  } catch (error) {
    if (isEngineFailure(error)) throw error
    record.status = 'FAILED'
    record.error = errorText(error, run.secrets.mask)
  }
  // The payload is on the run's own row, so there is no wait for this entry.
  finishStep(run, record, run.top, false)
  if (record.status === 'FAILED' && run.state === 'RUNNING') endRun(run, 'FAILED', record)
  return true
}

/** Only the first event counts: the caller waits for one run. */
async function eventOf(run: Run): Promise<{ text: string } | undefined> {
  const { operation } = run
  const prepared = await prepareTrigger(run, run.plan)
  const payload: unknown = JSON.parse(operation.triggerPayload)
  const [first] = await guarded(() => runTrigger(run, prepared, 'RUN', payload))
  return first === undefined ? undefined : { text: withoutDedupeKey(first) }
}

/** Calls onStart where the trigger has one. A missing piece does not affect the run. */
async function notifyStart(run: Run, output: string): Promise<void> {
  const { piece } = run.plan.trigger
  if (piece?.location === undefined || piece.settings.triggerName === undefined) return
  const loaded = await run.engine.pieces.load(piece.location)
  const trigger = loaded.getTrigger(piece.settings.triggerName)
  if (trigger?.onStart === undefined) return
  const prepared = await prepareTrigger(run, run.plan)
  const { store, project, connections } = contextParts(run, prepared.name, prepared.piece)
  await trigger.onStart({
    store,
    project,
    connections,
    auth: prepared.auth,
    propsValue: prepared.propsValue,
    payload: JSON.parse(output),
    run: { id: run.operation.flowRunId },
    step: { name: prepared.name },
  })
}

const DEDUPE_KEY = '_dedupe_key'

/** The key only identifies repeated events; flows do not see it. */
function withoutDedupeKey(text: string): string {
  if (!text.includes(DEDUPE_KEY)) return text
  const event: unknown = JSON.parse(text)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return text
  return JSON.stringify({ ...event, [DEDUPE_KEY]: undefined })
}
