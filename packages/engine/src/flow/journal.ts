import { newId } from '@piecework/model/ids'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { JournalEntry, RunPort } from '../protocol.ts'
import { printRecord, type Scope, type StepRecord } from '../state/record.ts'
import type { Masking } from './masking.ts'

/** The journal of a run, and the entries of earlier attempts. */
export interface Journal {
  /**
   * Passes on the end of a step.
   * @param matters whether the next step that acts on the outside world must wait until this is on disk
   */
  write(record: StepRecord, scope: Scope, matters: boolean): void
  /**
   * Waits until everything that matters is on disk; undefined when it already is. Loops and routers on the way are sent
   * without waiting: if the next step crashes the process, they show which step it was.
   */
  flush(): Promise<void>
  /** The result of a step from an earlier attempt; the latest one counts. */
  find(scope: Scope, stepName: string): StepOutput | undefined
  readonly isReplay: boolean
}

interface Parts {
  port: RunPort
  /** Entries of earlier attempts. */
  entries: JournalEntry[]
  sliceThresholdBytes: number
  masking: Masking
  /** JSON text that the receiver of the journal has, too. */
  event: string
  /** The types of steps that lead to others. */
  ways: ReadonlySet<string>
}

export function createJournal({ port, entries, sliceThresholdBytes, masking, event, ways }: Parts): Journal {
  const earlier = new Map<string, JournalEntry>()
  for (const entry of entries) {
    const scope = entry.path.map(([loop, iteration]) => `${loop}:${iteration}/`).join('')
    earlier.set(scope + entry.stepName, entry)
  }
  let sequence = 0
  let unflushed = false
  let unsentWay = false
  return {
    isReplay: entries.length > 0,
    write(record, scope, matters) {
      masking.hide(record)
      const slice = cutSlice(record, sliceThresholdBytes, event)
      const output: string[] = []
      printRecord(record, output, masking, false)
      sequence += 1
      const entry = { sequence, stepName: record.name, path: scope.path, output: output.join('') }
      port.journal(slice === undefined ? entry : { ...entry, slice }, matters)
      unflushed ||= matters
      unsentWay ||= ways.has(record.type)
    },
    async flush() {
      const flushed = unflushed || unsentWay ? port.flush() : undefined
      const mayGoOn = !unflushed
      unflushed = false
      unsentWay = false
      if (mayGoOn) flushed?.catch(() => undefined)
      else await flushed
    },
    find(scope, stepName) {
      const entry = earlier.get(scope.key + stepName)
      if (entry === undefined) return undefined
      const output: StepOutput = JSON.parse(entry.output)
      return output
    },
  }
}

/** A large output is moved from the log to a separate file; it stays in memory for later steps. */
function cutSlice(record: StepRecord, thresholdBytes: number, event: string): JournalEntry['slice'] {
  if (record.outputText === undefined || record.outputBytes <= thresholdBytes || record.slice !== undefined)
    return undefined
  record.slice = { fileId: newId(), size: record.outputBytes }
  const data = record.shownText ?? record.outputText
  return { fileId: record.slice.fileId, data: data === event ? null : data }
}
