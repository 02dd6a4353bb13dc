import type { JournalEntry } from '@piecework/engine/protocol'
import type { RunFacts } from '../../../events/runs.ts'
import type { LoadedVersion } from '../../flows/version-source.ts'
import type { Caller } from '../replying/replies.ts'

/** One attempt at a run, with everything that the engine needs. */
export interface Attempt {
  runId: string
  attempt: number
  /** Starts in which the engine died before a step came to its end. */
  deaths: number
  projectId: string
  platformId: string
  flowId: string
  version: LoadedVersion
  /** The facts about the run, and when its first attempt began. */
  facts: RunFacts
  startTime: Date | string | null
  executionType: 'BEGIN' | 'RESUME'
  executeTrigger: boolean
  payload: string
  /** The file that holds the payload until the attempt is over. */
  payloadFileId: string | null
  /** JSON text. */
  resumePayload: string | null
  /** The file that holds it until the attempt is over, when it is large. */
  resumeFileId: string | null
  journal: JournalEntry[]
  /** The same as it is stored, without the large outputs that were put elsewhere. */
  written: JournalEntry[]
  /** The tags from earlier stretches of the run. */
  tags: string[]
  test: { stepName: string; sampleData: Record<string, string> } | null
  /** Who waits for the answer at another app. */
  caller: Caller
}
