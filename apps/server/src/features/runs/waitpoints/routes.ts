import { api } from '@piecework/api/index'
import { AppError, notFound } from '@piecework/model/errors'
import { type FlowRunStatus, isTerminal } from '@piecework/model/run/status'
import type { CreateWaitpointRequest } from '@piecework/model/run/waitpoint'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BodyFile } from '../../../calls/body/multipart.ts'
import { jsonOf } from '../../../calls/json-text.ts'
import { readPayload, type SaveFlowFile, takeAnyBody } from '../../../calls/payload.ts'
import { sendAnswer } from '../../../calls/send-answer.ts'
import { waitingCaller } from '../../../calls/waiting-caller.ts'
import { implement } from '../../../http/implement.ts'
import { API_PREFIX, openAccess } from '../../../http/route.ts'
import type { NewRun } from '../new-run.ts'
import type { RunPayloads } from '../payloads.ts'
import { answerOf } from '../replying/answer.ts'
import type { RunReplies } from '../replying/replies.ts'
import type { RunStore, StoredRun } from '../store.ts'
import type { WaitpointStore } from './store.ts'

interface Parts {
  waitpoints: WaitpointStore
  runs: RunStore
  replies: RunReplies
  /** Resolves when what has happened so far can be read. */
  recorded(): Promise<void>
  wake(): void
  /** Ends with `/api/`. */
  publicApiUrl: string
  timeoutMs: number
  /** AP_PAUSED_FLOW_TIMEOUT_DAYS */
  pausedDays: number
  saveFile: SaveFlowFile
  payloads: Pick<RunPayloads, 'storeResume' | 'remove'>
  maxPayloadBytes: number
}

const RECORDED = { message: 'Your response has been recorded. You can close this page now.' }
const EXPIRED = { message: 'This link has expired. The action may have already been processed.' }
const finished = (flowRunStatus: FlowRunStatus) => ({ message: 'The flow run has already finished.', flowRunStatus })
/** Not HEAD: programs look at links in messages with it, and such a look decides nothing. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Pauses: the engine makes waitpoints, anybody who holds a link resumes (spec: facts/rest-api.md section 8). */
export async function waitpointRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { waitpoints, runs, replies, payloads } = parts

  implement(app, api.waitpoints.create, async ({ actor, body }) => {
    requireTime(body, parts.pausedDays)
    const id = await waitpoints.create({ ...body, projectId: actor.projectId })
    if (id === undefined) {
      if ((await runs.projectOf(body.flowRunId)) !== actor.projectId) throw notFound('flow_run', body.flowRunId)
      throw new AppError('VALIDATION', { message: `The run ${body.flowRunId} is over: it cannot wait for anything.` })
    }
    return { id, resumeUrl: `${parts.publicApiUrl}v1/flow-runs/${body.flowRunId}/waitpoints/${id}` }
  })

  /** A run that was handed to its engine a moment ago may not be stored yet, and its step may have made a link. */
  const find = async (id: string): Promise<StoredRun | undefined> => {
    const [run] = await runs.byIds([id])
    if (run) return run
    await parts.recorded()
    return (await runs.byIds([id]))[0]
  }

  const signal = async (request: ResumeRequest, run: StoredRun, replyTo: NewRun['replyTo'] = null) => {
    const { waitpointId, requestId } = request.params
    const { projectId, flowId } = run
    const save = (file: BodyFile) => parts.saveFile({ ...file, projectId, flowId })
    const { body, headers, queryParams } = (await readPayload(request, save)).payload
    const payload = { body, headers, queryParams }
    const fileId = await payloads.storeResume(projectId, jsonOf(payload))
    const result = await waitpoints.signal({
      runId: run.id,
      waitpointId: waitpointId ?? requestId ?? '',
      isLegacy: waitpointId === undefined,
      payload,
      fileId,
      replyTo,
    })
    if (result === 'STALE') await payloads.remove(projectId, fileId)
    if (result === 'RESUMED') parts.wake()
    return result
  }

  const async_ = async (request: ResumeRequest) => {
    const run = await find(request.params.id)
    return run && !isTerminal(run.status) && (await signal(request, run)) !== 'STALE' ? RECORDED : EXPIRED
  }

  const sync = async (request: ResumeRequest, reply: FastifyReply) => {
    const { id } = request.params
    const run = await find(id)
    if (!run) return reply.code(410).send(EXPIRED)
    if (isTerminal(run.status)) return reply.code(409).send(finished(run.status))
    const stale = new AbortController()
    const caller = waitingCaller(reply)
    const expected = replies.expect(id, parts.timeoutMs, AbortSignal.any([stale.signal, caller.gone]))
    try {
      if ((await signal(request, run, replies.address(parts.timeoutMs))) === 'STALE') {
        stale.abort()
        // The end of a run is written behind the answer that ended it.
        await parts.recorded()
        const now = (await find(id))?.status
        return now !== undefined && isTerminal(now)
          ? reply.code(409).send(finished(now))
          : reply.code(410).send(EXPIRED)
      }
    } catch (error) {
      stale.abort()
      throw error
    }
    replies.watch(id)
    // The run is stored; only its turn is at stake.
    const letOthersPass = () => runs.letOthersPass(id).catch(() => {})
    caller.onSilence(() => void letOthersPass())
    const answer = await expected
    if (answer.kind === 'TIMEOUT' || answer.kind === 'STOPPED') await letOthersPass()
    return sendAnswer(reply, answerOf(answer, parts.timeoutMs))
  }

  /** A link that nobody waits at is answered before the body is read. */
  const refuse = (isSync: boolean) => async (request: ResumeRequest, reply: FastifyReply) => {
    const run = await find(request.params.id)
    if (run && !isTerminal(run.status)) return
    if (!isSync) return reply.send(EXPIRED)
    return run ? reply.code(409).send(finished(run.status)) : reply.code(410).send(EXPIRED)
  }

  const forms = [
    { url: '/v1/flow-runs/:id/waitpoints/:waitpointId', handler: async_ },
    { url: '/v1/flow-runs/:id/waitpoints/:waitpointId/sync', handler: sync },
    // The older form: any request id, the run id is the secret.
    { url: '/v1/flow-runs/:id/requests/:requestId', handler: async_ },
    { url: '/v1/flow-runs/:id/requests/:requestId/sync', handler: sync },
  ]
  await app.register(async (scope) => {
    takeAnyBody(scope, parts.maxPayloadBytes)
    for (const { url, handler } of forms) {
      scope.route<{ Params: ResumeParams }>({
        method: [...METHODS],
        url: `${API_PREFIX}${url}`,
        exposeHeadRoute: false,
        bodyLimit: parts.maxPayloadBytes,
        config: openAccess('the link is the secret'),
        onRequest: refuse(handler === sync),
        handler,
      })
    }
  })
}

/** The machine that runs the step may have a clock of its own. */
const CLOCK_TOLERANCE_MS = 5 * 60_000
const DAY_MS = 24 * 60 * 60_000

/** @throws AppError INVALID_REQUEST for a delay without an end, or with one that is too far away. */
function requireTime({ type, resumeDateTime }: CreateWaitpointRequest, pausedDays: number): void {
  const end = resumeDateTime === undefined ? undefined : Date.parse(resumeDateTime)
  if (Number.isNaN(end) || (type === 'DELAY' && end === undefined))
    throw new AppError('INVALID_REQUEST', { message: 'resumeDateTime: must be an ISO 8601 time; a DELAY needs one' })
  if (end !== undefined && end > Date.now() + pausedDays * DAY_MS + CLOCK_TOLERANCE_MS)
    throw new AppError('INVALID_REQUEST', {
      message: `resumeDateTime: a run can be paused for ${pausedDays} days at most (AP_PAUSED_FLOW_TIMEOUT_DAYS)`,
    })
}

interface ResumeParams {
  id: string
  waitpointId?: string
  requestId?: string
}
type ResumeRequest = FastifyRequest<{ Params: ResumeParams }>
