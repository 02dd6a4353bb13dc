import { AppError, notFound } from '@piecework/model/errors'
import { logLimitBytes } from '@piecework/model/run/log-limit'
import type { CreateWaitpointRequest, ResumePayload } from '@piecework/model/run/waitpoint'
import type { ProjectActor } from '../../../access/actor.ts'
import { jsonOf } from '../../../calls/json-text.ts'
import { enginePolicy } from '../../../policies/engine.ts'
import { authorize } from '../../../policies/policy.ts'
import type { NewRun } from '../new-run.ts'
import type { RunPayloads } from '../payloads.ts'
import type { RunStore, StoredRun } from '../store.ts'
import type { SignalResult, WaitpointStore } from './store.ts'

/** A call to the link of a pause. */
export interface Resume {
  waitpointId: string
  /** By the older form of link any pause of an older piece is meant, whatever the id. */
  isLegacy: boolean
  payload: ResumePayload
  /** The place at which the caller waits for the answer of the run, if it does. */
  replyTo: NewRun['replyTo']
}

/** Pauses of runs: the engine makes them, and anybody who holds their link ends them. The link is the secret. */
export interface Waitpoints {
  /** For a step that is about to pause. @throws AppError INVALID_REQUEST, ENTITY_NOT_FOUND, VALIDATION */
  create(
    actor: ProjectActor,
    request: Omit<CreateWaitpointRequest, 'projectId'>,
  ): Promise<{ id: string; resumeUrl: string }>
  /** The run of a link. `recorded`: as it is when what has happened so far is written. */
  runOf(id: string, options?: { recorded: boolean }): Promise<StoredRun | undefined>
  /** @throws AppError PAYLOAD_TOO_LARGE for what no run can keep */
  resume(run: StoredRun, call: Resume): Promise<SignalResult>
  /** The caller of a stored run has left: runs of callers who still wait go first. */
  letOthersPass(runId: string): Promise<void>
}

interface Parts {
  waitpoints: WaitpointStore
  runs: RunStore
  /** Resolves when what has happened so far can be read. */
  recorded(): Promise<void>
  wake(): void
  payloads: Pick<RunPayloads, 'storeResume' | 'remove'>
  /** Ends with `/api/`. */
  publicApiUrl: string
  /** AP_PAUSED_FLOW_TIMEOUT_DAYS */
  pausedDays: number
  /** AP_MAX_FLOW_RUN_LOG_SIZE_MB */
  maxLogSizeMb: number
}

export function createWaitpoints(parts: Parts): Waitpoints {
  const { waitpoints, runs, payloads } = parts
  return {
    async create(actor, request) {
      authorize(actor, enginePolicy.createWaitpoint)
      requireTime(request, parts.pausedDays)
      const { projectId } = actor
      const { flowRunId } = request
      const id = await waitpoints.create({ ...request, projectId })
      if (id === undefined) {
        if ((await runs.projectOf(flowRunId)) !== projectId) throw notFound('flow_run', flowRunId)
        throw new AppError('VALIDATION', { message: `The run ${flowRunId} is over: it cannot wait for anything.` })
      }
      return { id, resumeUrl: `${parts.publicApiUrl}v1/flow-runs/${flowRunId}/waitpoints/${id}` }
    },

    async runOf(id, { recorded } = { recorded: false }) {
      const run = recorded ? undefined : (await runs.byIds([id]))[0]
      if (run) return run
      // A run that was handed to its engine a moment ago may not be stored yet, and its step may have made a link.
      await parts.recorded()
      return (await runs.byIds([id]))[0]
    },

    async resume({ id: runId, projectId }, { payload, ...call }) {
      const text = jsonOf(payload)
      requireRoom(text, parts.maxLogSizeMb)
      const fileId = await payloads.storeResume(projectId, text)
      const result = await waitpoints.signal({ runId, ...call, payload, fileId })
      if (result === 'STALE') await payloads.remove(projectId, fileId)
      if (result === 'RESUMED') parts.wake()
      return result
    },

    // The run is stored; only its turn is at stake.
    letOthersPass: (runId) => runs.letOthersPass(runId).catch(() => {}),
  }
}

/** Letters of other charsets, and signs that JSON escapes, take more room than they had in the call. */
function requireRoom(text: string, maxLogSizeMb: number): void {
  const limit = logLimitBytes(maxLogSizeMb)
  // No letter takes more than three bytes.
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return
  throw new AppError('PAYLOAD_TOO_LARGE', {
    message: `body: takes ${Math.ceil(Buffer.byteLength(text) / MB)} MB as JSON in UTF-8, and a run can keep ${maxLogSizeMb} MB with all of its data (AP_MAX_FLOW_RUN_LOG_SIZE_MB)`,
  })
}

const MB = 1024 * 1024
/** The machine that runs the step may have a clock of its own. */
const CLOCK_TOLERANCE_MS = 5 * 60_000
const DAY_MS = 24 * 60 * 60_000

/** @throws AppError INVALID_REQUEST for a delay without an end, or with one that is too far away. */
function requireTime(
  { type, resumeDateTime }: Pick<CreateWaitpointRequest, 'type' | 'resumeDateTime'>,
  pausedDays: number,
): void {
  const end = resumeDateTime === undefined ? undefined : Date.parse(resumeDateTime)
  if (Number.isNaN(end) || (type === 'DELAY' && end === undefined))
    throw new AppError('INVALID_REQUEST', { message: 'resumeDateTime: must be an ISO 8601 time; a DELAY needs one' })
  if (end !== undefined && end > Date.now() + pausedDays * DAY_MS + CLOCK_TOLERANCE_MS)
    throw new AppError('INVALID_REQUEST', {
      message: `resumeDateTime: a run can be paused for ${pausedDays} days at most (AP_PAUSED_FLOW_TIMEOUT_DAYS)`,
    })
}
