import { api } from '@piecework/api/index'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { FlowRunStatus } from '@piecework/model/run/status'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { systemActor } from '../../../access/actor.ts'
import type { BodyFile } from '../../../calls/body/multipart.ts'
import { readPayload, type SaveFlowFile, takeAnyBody } from '../../../calls/payload.ts'
import { sendAnswer } from '../../../calls/send-answer.ts'
import { waitingCaller } from '../../../calls/waiting-caller.ts'
import { implement } from '../../../http/implement.ts'
import { API_PREFIX, openAccess } from '../../../http/route.ts'
import { answerOf } from '../replying/answer.ts'
import type { RunReplies } from '../replying/replies.ts'
import type { Resume, Waitpoints } from './service.ts'

/** A run whose link is called. */
type LinkedRun = NonNullable<Awaited<ReturnType<Waitpoints['runOf']>>>

interface Parts {
  waitpoints: Waitpoints
  replies: RunReplies
  timeoutMs: number
  saveFile: SaveFlowFile
  maxPayloadBytes: number
}

const RECORDED = { message: 'Your response has been recorded. You can close this page now.' }
const EXPIRED = { message: 'This link has expired. The action may have already been processed.' }
const finished = (flowRunStatus: FlowRunStatus) => ({ message: 'The flow run has already finished.', flowRunStatus })
const SAID = { recorded: RECORDED, expired: EXPIRED }

/** People who follow a link see a page, at an address of its own: to load it again decides nothing. Programs get JSON. */
function say(what: keyof typeof SAID, request: ResumeRequest, reply: FastifyReply): FastifyReply {
  const isPerson = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
  reply.header('vary', 'accept').header('cache-control', 'no-store')
  return isPerson ? reply.redirect(`/responses/${what}`, 303) : reply.send(SAID[what])
}

/** Not HEAD: programs look at links in messages with it, and such a look decides nothing. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Pauses: the engine makes waitpoints, anybody who holds a link resumes (docs/runs.md, Pauses). */
export async function waitpointRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { waitpoints, replies } = parts

  implement(app, api.waitpoints.create, ({ actor, body }) => waitpoints.create(actor, body))

  const resume = async (request: ResumeRequest, run: LinkedRun, replyTo: Resume['replyTo'] = null) => {
    const { waitpointId, requestId } = request.params
    const save = (file: BodyFile) => parts.saveFile(systemActor('resumes', run), { ...file, flowId: run.flowId })
    const { body, headers, queryParams } = (await readPayload(request, save)).payload
    return waitpoints.resume(run, {
      waitpointId: waitpointId ?? requestId ?? '',
      isLegacy: waitpointId === undefined,
      payload: { body, headers, queryParams },
      replyTo,
    })
  }

  const async_ = async (request: ResumeRequest, reply: FastifyReply) => {
    const run = await waitpoints.runOf(request.params.id)
    const isTaken = run && !isTerminal(run.status) && (await resume(request, run)) !== 'STALE'
    return say(isTaken ? 'recorded' : 'expired', request, reply)
  }

  const sync = async (request: ResumeRequest, reply: FastifyReply) => {
    const { id } = request.params
    const run = await waitpoints.runOf(id)
    if (!run) return reply.code(410).send(EXPIRED)
    if (isTerminal(run.status)) return reply.code(409).send(finished(run.status))
    const caller = waitingCaller(reply)
    let giveUp = () => {}
    const expected = replies.expect(id, parts.timeoutMs, (given) => {
      giveUp = given
      caller.onGone(given)
    })
    try {
      if ((await resume(request, run, replies.address(parts.timeoutMs))) === 'STALE') {
        giveUp()
        // The end of a run is written behind the answer that ended it.
        const now = (await waitpoints.runOf(id, { recorded: true }))?.status
        return now !== undefined && isTerminal(now)
          ? reply.code(409).send(finished(now))
          : reply.code(410).send(EXPIRED)
      }
    } catch (error) {
      giveUp()
      throw error
    }
    replies.watch(id)
    caller.onSilence(() => void waitpoints.letOthersPass(id))
    const answer = await expected
    if (answer.kind === 'TIMEOUT' || answer.kind === 'STOPPED') await waitpoints.letOthersPass(id)
    return sendAnswer(reply, answerOf(answer, parts.timeoutMs))
  }

  /** A link that nobody waits at is answered before the body is read. */
  const refuse = (isSync: boolean) => async (request: ResumeRequest, reply: FastifyReply) => {
    const run = await waitpoints.runOf(request.params.id)
    if (run && !isTerminal(run.status)) return
    if (!isSync) return say('expired', request, reply)
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

interface ResumeParams {
  id: string
  waitpointId?: string
  requestId?: string
}
type ResumeRequest = FastifyRequest<{ Params: ResumeParams }>
