import type { Db } from '../../database/open.ts'
import { PRIORITY } from '../../queue/job.ts'
import { type NewRun, newRun } from '../runs/new-run.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { isFirstOfKey } from './dedupe-store.ts'

/** The outputs of a trigger from one event or one look. */
export interface TriggerOutputs {
  /** Names the event; with its time the ids of the runs come from it. */
  eventId: string
  time: Date
  /** The event has these runs alone, also when it comes again with something else. */
  once?: boolean
  run: Pick<NewRun, 'projectId' | 'flowId' | 'flowVersionId'> & Partial<NewRun>
  /** JSON text each. */
  outputs: readonly string[]
}

const DEDUPE_KEY = '_dedupe_key'
/**
 * One run for each output. Called twice for the same event it makes them once: their ids come from the event's and
 * from what they carry, because a look that is repeated after a crash may find more than the first, elsewhere in its
 * list.
 */
export async function makeRuns(
  { db, starter }: { db: Db; starter: RunStarter },
  { eventId, time, once = false, run, outputs }: TriggerOutputs,
): Promise<void> {
  const made: NewRun[] = []
  const seen = new Map<string, number>()
  for (const [index, output] of outputs.entries()) {
    const { key, payload } = splitKey(output)
    const before = seen.get(output) ?? 0
    seen.set(output, before + 1)
    const id = once ? derivedId(time, eventId, index) : derivedId(time, eventId, before, output)
    if (key !== undefined && !(await isFirstOfKey(db, `${run.flowVersionId}:${key}`, id))) continue
    made.push(newRun({ priority: PRIORITY.medium, ...run, id, payload }))
  }
  // Handed over together, they are stored together: what a poll has seen it does not see again.
  await Promise.all(made.map((one) => starter.enqueue(one)))
}

function splitKey(output: string): { key: string | undefined; payload: string } {
  if (!output.includes(DEDUPE_KEY)) return { key: undefined, payload: output }
  const event: unknown = JSON.parse(output)
  if (typeof event !== 'object' || event === null || !Object.hasOwn(event, DEDUPE_KEY))
    return { key: undefined, payload: output }
  const key: unknown = Reflect.get(event, DEDUPE_KEY)
  Reflect.deleteProperty(event, DEDUPE_KEY)
  const isKey = typeof key === 'string' || typeof key === 'number'
  return { key: isKey ? String(key) : undefined, payload: JSON.stringify(event) }
}
