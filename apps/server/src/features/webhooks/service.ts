import { AppError, notFound } from '@piecework/model/errors'
import type { Trigger } from '@piecework/model/flow/step'
import { newId } from '@piecework/model/ids'
import type { FlowRun } from '@piecework/model/run/run'
import { authenticate } from '@piecework/pieces/webhook/authenticate'
import type { ProjectActor } from '../../access/actor.ts'
import { jsonOf, jsonOfValue } from '../../calls/json-text.ts'
import type { WebhookPayload } from '../../calls/payload.ts'
import type { WebhookAnswer } from '../../calls/send-answer.ts'
import type { WaitingCaller } from '../../calls/waiting-caller.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import { PRIORITY } from '../../queue/job.ts'
import { type FlowEntries, passesThrough } from '../flows/entries.ts'
import type { FlowEntry } from '../flows/entry-store.ts'
import type { LoadedVersion, VersionSource } from '../flows/version-source.ts'
import { type NewRun, newRun } from '../runs/new-run.ts'
import { answerOf, answerOfFlow } from '../runs/replying/answer.ts'
import { presentFacts } from '../runs/showing/present.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import type { ParentRun } from '../runs/store.ts'
import type { TriggerEvents } from '../triggers/events.ts'

/** The version that a call is for, and whether the flow runs: by the ending of the URL (docs/webhooks.md). */
export type WebhookMode = 'LIVE' | 'DRAFT' | 'TEST'

export interface WebhookCall {
  flowId: string
  mode: WebhookMode
  sync: boolean
  payload: WebhookPayload
  /** The body as it came: what a signature covers. */
  bytes: Uint8Array | undefined
  /** The run that makes this call, and whether it fails when the called one does. */
  parentRunId: string | null
  failParentOnFailure: boolean
  /** Which step of it calls, in which rounds of its loops: called again from there, it is the same call. */
  parentStep: string | null
}

/** A run that somebody asks for by the API. */
export type RunRequest = Pick<WebhookCall, 'payload' | 'parentRunId' | 'failParentOnFailure'>

/** Receives the calls that start flows. */
export interface WebhookService {
  /** The flow that a call is for. @throws AppError WEBHOOK_GONE (410), WEBHOOK_DISABLED (404) */
  find(flowId: string, mode: WebhookMode): Promise<FlowEntry>
  /**
   * @param caller who waits, when it is known.
   * @throws AppError AUTHENTICATION when the trigger's own authentication fails, SANDBOX_CAPACITY_EXCEEDED,
   * WEBHOOK_TIMEOUT, SERVICE_UNAVAILABLE
   */
  receive(entry: FlowEntry, call: WebhookCall, caller?: WaitingCaller): Promise<WebhookAnswer>
  /**
   * Starts a flow for somebody who may run it. The webhook trigger gets the call as if it had come to its URL; for
   * any other trigger the body stands for its event, and it is not asked.
   * @returns the run, once it is on disk.
   * @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_INVALID when the flow is disabled
   */
  begin(actor: ProjectActor, flowId: string, request: RunRequest): Promise<FlowRun>
  /**
   * Starts a flow with what its trigger gives to the other steps, whatever the trigger is.
   * @param id of the run, where it may have been started already: then nothing happens
   * @returns the run, once it is on disk. @throws AppError as begin does
   */
  execute(actor: ProjectActor, flowId: string, input: unknown, id?: string): Promise<FlowRun>
  /** @throws AppError as begin does, where the flow cannot be executed */
  requireLive(actor: ProjectActor, flowId: string): Promise<void>
}

interface Parts {
  entries: FlowEntries
  versions: VersionSource
  starter: RunStarter
  events: TriggerEvents
  parentOf(projectId: string, runId: string): Promise<ParentRun | undefined>
  timeoutMs: number
}

export function createWebhookService({
  entries,
  versions,
  starter,
  events,
  parentOf,
  timeoutMs,
}: Parts): WebhookService {
  return {
    async find(flowId, mode) {
      const entry = await entries.get(flowId)
      if (!entry) throw new AppError('WEBHOOK_GONE', { message: 'There is no such flow, or it was deleted.', flowId })
      if (mode === 'LIVE' && entry.status === 'DISABLED' && !entry.simulates && entry.registeredVersionId === null)
        throw disabled(flowId)
      return entry
    },

    async receive(entry, call, caller) {
      const versionId = call.mode === 'LIVE' ? entry.live.id : entry.latestVersionId
      const version = await versions.get(versionId)
      const { trigger } = version.version
      const direct = isDirect(version)
      if (direct) requireAuthentication(trigger, call)
      else {
        const registered = call.mode === 'LIVE' ? (entry.registeredVersionId ?? versionId) : versionId
        const handshake = await events.handshake(entry, await versions.get(registered), call.payload)
        if (handshake) return answerOfFlow(handshake)
      }
      if (call.mode === 'LIVE' && entry.status === 'DISABLED' && !entry.simulates) throw disabled(entry.flowId)
      if (call.mode !== 'LIVE' || entry.simulates) await events.saveSample(entry, version, call.payload)
      const executes =
        call.mode === 'LIVE'
          ? entry.status === 'ENABLED'
          : call.mode === 'DRAFT' && (call.sync || entry.status === 'ENABLED')
      if (!executes) return ACCEPTED
      const parent = call.parentRunId === null ? undefined : await parentOf(entry.projectId, call.parentRunId)
      const identity = call.sync ? undefined : identityOf(call, parent)
      const run = newRun({
        ...identity,
        projectId: entry.projectId,
        flowId: entry.flowId,
        flowVersionId: versionId,
        environment: call.mode === 'DRAFT' && call.sync ? 'TESTING' : 'PRODUCTION',
        executeTrigger: !direct,
        payload:
          wantsBodyOnly(call) && (direct || !passesThrough(trigger))
            ? jsonOfValue(call.payload.body)
            : jsonOf(call.payload),
        priority: call.sync ? PRIORITY.high : PRIORITY.medium,
        parentRunId: parent?.id ?? null,
        failParentOnFailure: call.failParentOnFailure,
        parentWaitpointId: (call.failParentOnFailure && parent?.waitpointId) || null,
      })
      if (!call.sync) {
        const start = async (one: NewRun): Promise<void> => {
          if (identity) await starter.enqueue(one)
          else await starter.start(one, entry.platformId, version)
        }
        if (direct) await start(run)
        else if (!passesThrough(trigger)) await events.accept(run, { once: identity !== undefined })
        else {
          // Only the piece can check this call, and a caller that is not let in must hear of it.
          const [event] = await events.evaluate(entry, version, call.payload)
          if (event === undefined) throw unauthenticated()
          await start({ ...run, executeTrigger: false, payload: event })
        }
        return { ...ACCEPTED, headers: { 'x-webhook-id': newId() } }
      }
      const reply = await starter.startAndWait(run, entry.platformId, version, timeoutMs, caller)
      if (reply.kind === 'REFUSED' && passesThrough(trigger)) throw unauthenticated()
      return answerOf(reply, timeoutMs)
    },

    ...createAsking({ entries, versions, starter, parentOf }),
  }
}

/** Runs that somebody asks for by the API, who may run the flow. */
function createAsking({ entries, versions, starter, parentOf }: Omit<Parts, 'events' | 'timeoutMs'>) {
  const liveEntry = async (actor: ProjectActor, flowId: string): Promise<FlowEntry> => {
    authorize(actor, flowPolicy.run)
    const entry = await entries.get(flowId)
    if (entry?.projectId !== actor.projectId) throw notFound('flow', flowId)
    if (entry.status === 'DISABLED')
      throw new AppError('FLOW_OPERATION_INVALID', { message: 'the flow is disabled: enable it before you run it' })
    return entry
  }

  return {
    async requireLive(actor, flowId) {
      await liveEntry(actor, flowId)
    },

    async execute(actor, flowId, input, id) {
      const entry = await liveEntry(actor, flowId)
      const run = newRun({
        ...(id === undefined ? {} : { id }),
        projectId: entry.projectId,
        flowId,
        flowVersionId: entry.live.id,
        payload: jsonOfValue(input),
        priority: PRIORITY.medium,
        triggeredBy: actor.userId,
      })
      if (id !== undefined) {
        await starter.enqueue(run)
        return presentFacts(run)
      }
      const begins = await starter.start(run, entry.platformId, await versions.get(entry.live.id))
      const accepted = presentFacts(run)
      return begins ? { ...accepted, status: 'RUNNING', startTime: accepted.created } : accepted
    },

    async begin(actor, flowId, { payload, parentRunId, failParentOnFailure }) {
      const entry = await liveEntry(actor, flowId)
      const version = await versions.get(entry.live.id)
      const parent = parentRunId === null ? undefined : await parentOf(entry.projectId, parentRunId)
      const wholeCall = passesThrough(version.version.trigger) && payload.headers['ap-raw-payload'] !== 'true'
      const run = newRun({
        projectId: entry.projectId,
        flowId,
        flowVersionId: entry.live.id,
        payload: wholeCall ? jsonOf(payload) : jsonOfValue(payload.body),
        priority: PRIORITY.medium,
        triggeredBy: actor.userId,
        parentRunId: parent?.id ?? null,
        failParentOnFailure,
        parentWaitpointId: (failParentOnFailure && parent?.waitpointId) || null,
      })
      await starter.start(run, entry.platformId, version)
      return presentFacts(run)
    },
  } satisfies Partial<WebhookService>
}

/** The id of what a step of a run starts: a step that repeats after a crash starts nothing more. */
function identityOf({ flowId, parentStep }: WebhookCall, parent: ParentRun | undefined): { id: string } | undefined {
  if (parentStep === null || parent === undefined) return undefined
  const { id, retries, since } = parent
  return { id: derivedId(new Date(since), id, retries, parentStep, flowId) }
}

const disabled = (flowId: string): AppError =>
  new AppError('WEBHOOK_DISABLED', {
    message: 'The flow is disabled. Enable it, or call its /draft or /test form.',
    flowId,
  })

/**
 * Callers that name themselves may ask that their body alone is the event. The webhook piece, where it has to check
 * a call itself, needs the whole of it.
 */
const wantsBodyOnly = ({ payload: { headers } }: WebhookCall): boolean =>
  headers['ap-raw-payload'] === 'true' && headers.authorization !== undefined

const ACCEPTED: WebhookAnswer = { status: 200, headers: {}, body: {} }

/** Asked of each call, and the same as long as the version is remembered. */
const direct = new WeakMap<LoadedVersion, boolean>()

function isDirect(version: LoadedVersion): boolean {
  const known = direct.get(version) ?? handsOnHere(version)
  direct.set(version, known)
  return known
}

/** The built-in webhook trigger hands calls on as they are; its authentication can be checked here. */
function handsOnHere({ ref, version: { trigger } }: LoadedVersion): boolean {
  if (!passesThrough(trigger)) return false
  const { pieceName, pieceVersion, input } = trigger.settings
  if (ref.pieces[`${pieceName}@${pieceVersion}`]?.type !== 'BUILTIN') return false
  // Settings that are expressions are for the engine to resolve.
  return !JSON.stringify(input).includes('{{')
}

function requireAuthentication(trigger: Trigger, { payload, bytes }: WebhookCall): void {
  const { authType, authFields } = trigger.settings.input as { authType?: unknown; authFields?: unknown }
  if (
    authenticate(authType, authFields, {
      headers: payload.headers as Record<string, string | undefined>,
      rawBody: bytes ?? '',
    })
  )
    return
  throw unauthenticated()
}

const unauthenticated = () =>
  new AppError('AUTHENTICATION', { message: 'The call does not pass the authentication of the trigger.' })
