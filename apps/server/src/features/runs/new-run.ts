import { newId } from '@piecework/model/ids'
import type { RunFacts } from '../../events/runs.ts'

/** A run before anything of it is stored. */
export interface NewRun extends RunFacts {
  created: Date
  /** The trigger's run() goes first; `payload` is its input. Else `payload` is the trigger's output. */
  executeTrigger: boolean
  /** JSON text. */
  payload: string
  /** The file that holds the payload when it is too large for the row. */
  payloadFileId: string | null
  priority: number
  /** The app at which a caller waits for the answer, and how long. */
  replyTo: { app: string; until: Date } | null
}

type Chosen = 'projectId' | 'flowId' | 'flowVersionId' | 'payload' | 'priority'

export function newRun(fields: Pick<NewRun, Chosen> & Partial<NewRun>): NewRun {
  const now = Date.now()
  return {
    id: newId(now),
    created: new Date(now),
    environment: 'PRODUCTION',
    parentRunId: null,
    failParentOnFailure: true,
    parentWaitpointId: null,
    triggeredBy: null,
    stepNameToTest: null,
    executeTrigger: false,
    replyTo: null,
    payloadFileId: null,
    ...fields,
  }
}
