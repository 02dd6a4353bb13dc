import { newId } from '@piecework/model/ids'
import type { RunEnvironment } from '@piecework/model/run/status'

/** A run before anything of it is stored. */
export interface NewRun {
  id: string
  created: Date
  projectId: string
  flowId: string
  flowVersionId: string
  environment: RunEnvironment
  parentRunId: string | null
  failParentOnFailure: boolean
  /** The pause of the parent that ends when this run fails. */
  parentWaitpointId: string | null
  triggeredBy: string | null
  stepNameToTest: string | null
  /** The trigger's run() goes first; `payload` is its input. Else `payload` is the trigger's output. */
  executeTrigger: boolean
  /** JSON text. */
  payload: string
  /** Where the payload is stored when it is too large for the row. */
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
