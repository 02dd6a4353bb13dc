import { AppError, notFound } from '@piecework/model/errors'
import { CreateWaitpointRequest } from '@piecework/model/run/waitpoint'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { projectOfToken } from '../../http/project-source.ts'
import { API_PREFIX, openAccess, route } from '../../http/route.ts'
import type { NewRun } from '../runs/new-run.ts'
import type { RunReplies } from '../runs/replies.ts'
import type { RunStore, StoredRun } from '../runs/store.ts'
import { readPayload, type SaveFlowFile, takeAnyBody } from '../webhooks/payload.ts'
import { sendAnswer } from '../webhooks/send-answer.ts'
import type { WaitpointStore } from './store.ts'

interface Parts {
  waitpoints: WaitpointStore
  runs: RunStore
  replies: RunReplies
  wake(): void
  /** Ends with `/api/`. */
  publicApiUrl: string
  timeoutMs: number
  saveFile: SaveFlowFile
  maxPayloadBytes: number
}

const RECORDED = { message: 'Your response has been recorded. You can close this page now.' }
const EXPIRED = { message: 'This link has expired. The action may have already been processed.' }
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Pauses: the engine makes waitpoints, anybody who holds a link resumes (spec: facts/rest-api.md section 8). */
export async function waitpointRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { waitpoints, runs, replies } = parts

  route(app, {
    method: 'POST',
    url: '/v1/waitpoints',
    summary: 'Create the waitpoint of a step that is about to pause',
    principals: ['ENGINE'],
    permission: 'NONE',
    project: projectOfToken,
    status: 201,
    schema: { body: CreateWaitpointRequest, response: z.object({ id: z.string(), resumeUrl: z.string() }) },
    handler: async ({ project, body }) => {
      if (body.type === 'DELAY' && Number.isNaN(Date.parse(body.resumeDateTime ?? '')))
        throw new AppError('INVALID_REQUEST', { message: 'resumeDateTime: a DELAY needs an ISO 8601 time' })
      if ((await runs.projectOf(body.flowRunId)) !== project.id) throw notFound('flow_run', body.flowRunId)
      const id = await waitpoints.create({ ...body, projectId: project.id })
      return { id, resumeUrl: `${parts.publicApiUrl}v1/flow-runs/${body.flowRunId}/waitpoints/${id}` }
    },
  })

  const signal = async (request: ResumeRequest, run: StoredRun, replyTo: NewRun['replyTo'] = null) => {
    const { waitpointId, requestId } = request.params
    const { projectId, flowId } = run
    const { body, headers, queryParams } = await readPayload(request, (file) =>
      parts.saveFile({ ...file, projectId, flowId }),
    )
    const result = await waitpoints.signal({
      runId: run.id,
      waitpointId: waitpointId ?? requestId ?? '',
      isLegacy: waitpointId === undefined,
      payload: { body, headers, queryParams },
      replyTo,
    })
    if (result === 'RESUMED') parts.wake()
    return result
  }

  const async_ = async (request: ResumeRequest) => {
    const [run] = await runs.byIds([request.params.id])
    return run && (await signal(request, run)) !== 'STALE' ? RECORDED : EXPIRED
  }

  const sync = async (request: ResumeRequest, reply: FastifyReply) => {
    const { id } = request.params
    const [run] = await runs.byIds([id])
    if (!run) return reply.code(410).send(EXPIRED)
    if (run.finishTime !== null)
      return reply.code(409).send({ message: 'The flow run has already finished.', flowRunStatus: run.status })
    const stale = new AbortController()
    const expected = replies.expect(id, parts.timeoutMs, stale.signal)
    try {
      if ((await signal(request, run, replies.address(parts.timeoutMs))) === 'STALE') {
        stale.abort()
        return reply.code(410).send(EXPIRED)
      }
    } catch (error) {
      stale.abort()
      throw error
    }
    const answer = await expected
    if (answer.kind !== 'RESPONSE') return reply.code(204).send()
    const { status = 200, headers = {}, body = {} } = answer.response
    return sendAnswer(reply, { status, headers, body })
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
        handler,
      })
    }
  })
}

interface ResumeParams {
  id: string
  waitpointId?: string
  requestId?: string
}
type ResumeRequest = FastifyRequest<{ Params: ResumeParams }>
