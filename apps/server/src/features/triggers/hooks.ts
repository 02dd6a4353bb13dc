import type { AppWebhook, TriggerHook, TriggerHookResult } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import type { Db } from '../../database/open.ts'
import type { OperationRequest } from '../../dispatch/operations.ts'
import type { LoadedVersion } from '../flows/version-source.ts'
import { applyChanges } from '../store-entries/store.ts'

/** The flow whose trigger is asked. */
export interface TriggerOwner {
  flowId: string
  projectId: string
  platformId: string
}

export interface HookRequest {
  hook: TriggerHook
  owner: TriggerOwner
  version: LoadedVersion
  /** JSON text. */
  payload?: string
  /** A test in the builder: its own corner of the store, and the /test form of the webhook. */
  simulate?: boolean
}

export interface HookSettings {
  engineToken(projectId: string, platformId: string): Promise<string>
  /** Ends with `/api/`. */
  publicApiUrl: string
  /** For RUN, HANDSHAKE and TEST. */
  runTimeoutMs: number
  /** For ON_ENABLE, ON_DISABLE and RENEW. */
  hookTimeoutMs: number
  /** With what the app of a piece signs its events. */
  appWebhookOf(pieceName: string): AppWebhook
}

const LIFECYCLE: ReadonlySet<TriggerHook> = new Set(['ON_ENABLE', 'ON_DISABLE', 'RENEW'])

/** A call of a trigger's hook as an engine operation. */
export async function hookOperation(
  settings: HookSettings,
  { hook, owner, version, payload = '{}', simulate = false }: HookRequest,
): Promise<OperationRequest> {
  const { trigger } = version.version
  return {
    operation: {
      type: 'EXECUTE_TRIGGER_HOOK',
      hook,
      ...owner,
      engineToken: await settings.engineToken(owner.projectId, owner.platformId),
      webhookUrl: `${settings.publicApiUrl}v1/webhooks/${owner.flowId}${simulate ? '/test' : ''}`,
      payload,
      simulate,
      appWebhook: trigger.type === 'PIECE_TRIGGER' ? settings.appWebhookOf(trigger.settings.pieceName) : null,
    },
    version: version.ref,
    timeoutMs: LIFECYCLE.has(hook) ? settings.hookTimeoutMs : settings.runTimeoutMs,
  }
}

/** The result of a hook. @throws AppError TRIGGER_EXECUTION_FAILED with the words of the piece. */
export function hookResult(result: { type: string }, owner: TriggerOwner): TriggerHookResult {
  const { status, error, ...rest } = requireHookResult(result)
  if (status === 'OK') return { status, ...rest }
  throw new AppError('TRIGGER_EXECUTION_FAILED', { flowId: owner.flowId, message: error ?? 'The trigger failed.' })
}

/**
 * Hands over what RUN made of an event, and keeps what the trigger changed in the store only then: what it noted as
 * seen is stored by then, whatever is killed in between.
 * @throws AppError as hookResult, or what `take` throws
 */
export async function settleRun(
  db: Db,
  result: { type: string },
  owner: TriggerOwner,
  take: (outputs: string[]) => Promise<void>,
): Promise<void> {
  const { status, output = [], store = [] } = requireHookResult(result)
  if (status === 'OK') await take(output)
  await applyChanges(db, owner.projectId, store)
  hookResult(result, owner)
}

function requireHookResult(result: { type: string }): TriggerHookResult {
  if (isHookResult(result)) return result
  throw new AppError('ENGINE_OPERATION_FAILURE', { message: `unexpected ${result.type}` })
}

const isHookResult = (result: { type: string }): result is TriggerHookResult => result.type === 'EXECUTE_TRIGGER_HOOK'

/** `name@version` of the trigger's piece when it is neither built in nor installed. */
export function missingTriggerPiece({ ref, version: { trigger } }: LoadedVersion): string | undefined {
  if (trigger.type !== 'PIECE_TRIGGER') return undefined
  const key = `${trigger.settings.pieceName}@${trigger.settings.pieceVersion}`
  return ref.pieces[key]?.type === 'MISSING' ? key : undefined
}
