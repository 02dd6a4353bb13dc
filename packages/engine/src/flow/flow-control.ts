import type { PieceActionSettings } from '@piecework/model/flow/step'
import { randomText } from '@piecework/model/ids'
import { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import { textField } from '../api.ts'
import type { ContextVersion } from '../contract.ts'
import { ExecutionError } from '../errors.ts'
import type { PieceLocation } from '../protocol.ts'
import type { StepResult } from './acting-step.ts'
import { respond } from './context.ts'
import type { PlannedActing, Run } from './planned.ts'

/** A step that is an action of a piece. */
export interface PlannedPiece extends PlannedActing {
  settings: PieceActionSettings
  location: PieceLocation | undefined
}

const MS_PER_DAY = 24 * 60 * 60 * 1000

/** The effects that an action requested. They apply once the action has returned without an error. */
export interface Control {
  effect: StepResult['effect']
  /** Sent with the end of the step: by stop(), or by a pause that answers first. */
  response: FlowResponse | undefined
  pending: Promise<void>[]
  /** Waits for asynchronous work that a synchronous call of the action began, and sends the response. */
  settle(): Promise<void>
  deliver: (response: FlowResponse) => void
}

export function createControl(): Control {
  const control: Control = {
    effect: 'CONTINUE',
    response: undefined,
    pending: [],
    deliver: () => undefined,
    async settle() {
      await Promise.all(control.pending)
      if (control.response !== undefined) control.deliver(control.response)
    },
  }
  return control
}

const WaitpointParams = z.object({
  type: z.enum(['DELAY', 'WEBHOOK']),
  version: z.enum(['V0', 'V1']).default('V1'),
  resumeDateTime: z.string().optional(),
  responseToSend: FlowResponse.optional(),
})
type WaitpointParams = z.infer<typeof WaitpointParams>

const PauseMetadata = z.object({
  type: z.enum(['DELAY', 'WEBHOOK']),
  resumeDateTime: z.string().optional(),
  response: FlowResponse.optional(),
})

const ResponseParams = z.object({ response: FlowResponse.optional() }).optional()

/** The members of an action's context that control the run. */
export function flowControl(run: Run, step: PlannedPiece, control: Control, version: ContextVersion) {
  const { publicApiUrl } = run.engine.config
  const { flowRunId } = run.operation
  control.deliver = (response) => respond(run, step.settings.pieceName, response)
  const steering = {
    id: flowRunId,
    stop(params?: unknown): void {
      control.effect = 'STOP'
      control.response = ResponseParams.parse(params)?.response
    },
    respond(params?: unknown): void {
      control.deliver(ResponseParams.parse(params)?.response ?? {})
    },
    async createWaitpoint(params: unknown) {
      const wanted = WaitpointParams.parse(params)
      const { id, resumeUrl } = await createWaitpoint(run, step, wanted)
      if (wanted.responseToSend !== undefined) control.response = wanted.responseToSend
      return { id, resumeUrl, buildResumeUrl: (options: ResumeUrlOptions = {}) => withOptions(resumeUrl, options) }
    },
    waitForWaitpoint(_id: string): void {
      control.effect = 'PAUSE'
    },
  }
  if (version === '2') return { run: steering }
  return {
    run: {
      ...steering,
      pause(params: { pauseMetadata?: unknown }): void {
        const metadata = PauseMetadata.parse(params.pauseMetadata)
        control.effect = 'PAUSE'
        control.response = metadata.response
        const { type, resumeDateTime, response: responseToSend } = metadata
        const waitpoint = createWaitpoint(run, step, { type, version: 'V0', resumeDateTime, responseToSend })
        control.pending.push(waitpoint.then(() => undefined))
      },
    },
    generateResumeUrl: (options: ResumeUrlOptions = {}) =>
      withOptions(`${publicApiUrl}v1/flow-runs/${flowRunId}/requests/${randomText(21)}`, options),
  }
}

interface ResumeUrlOptions {
  queryParams?: Record<string, string>
  sync?: boolean
}

function withOptions(resumeUrl: string, { queryParams = {}, sync = false }: ResumeUrlOptions): string {
  const url = new URL(sync ? `${resumeUrl}/sync` : resumeUrl)
  for (const [name, value] of Object.entries(queryParams)) url.searchParams.set(name, String(value))
  return url.toString()
}

async function createWaitpoint(
  run: Run,
  step: PlannedPiece,
  wanted: WaitpointParams,
): Promise<{ id: string; resumeUrl: string }> {
  const { resumeDateTime } = wanted
  const maxDays = run.engine.config.limits.pausedFlowTimeoutDays
  if (resumeDateTime !== undefined && Date.parse(resumeDateTime) > Date.now() + maxDays * MS_PER_DAY) {
    throw new ExecutionError('PausedFlowTimeoutError', `A flow can be paused for at most ${maxDays} days`)
  }
  const { flowRunId, projectId } = run.operation
  // A run that just began for a waiting caller may not be stored yet, and a waitpoint belongs to a stored run.
  await run.port.flush()
  const answer = await run.api.call('POST', 'v1/waitpoints', { flowRunId, projectId, stepName: step.name, ...wanted })
  const id = textField(answer.body, 'id')
  const resumeUrl = textField(answer.body, 'resumeUrl')
  if (!answer.ok || id === undefined || resumeUrl === undefined) {
    throw new ExecutionError(
      'FetchError',
      `The API refused a waitpoint: ${answer.status} ${JSON.stringify(answer.body)}`,
    )
  }
  return { id, resumeUrl }
}
