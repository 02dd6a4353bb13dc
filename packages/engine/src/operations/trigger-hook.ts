import { FlowResponse } from '@piecework/model/run/waitpoint'
import { nextTime, type Schedule } from '@piecework/model/schedule'
import { z } from 'zod'
import type { Engine } from '../engine.ts'
import { ExecutionError, errorText, isEngineFailure, masked } from '../errors.ts'
import { type PreparedTrigger, prepareTrigger, runTrigger } from '../flow/piece-trigger.ts'
import { createPlan } from '../flow/plan.ts'
import { contextParts } from '../piece/context.ts'
import type { PieceHost } from '../piece/host.ts'
import type { ExecuteTriggerHook, RunPort, StoreChange, TriggerHookResult } from '../protocol.ts'
import { guarded } from '../sandbox/guards.ts'
import { createHost } from './operation-host.ts'

const TEST_PREFIX = 'test'
const TYPE = 'EXECUTE_TRIGGER_HOOK'

/**
 * Calls a hook of a flow's trigger.
 * @returns USER_FAILURE with the text of whatever the piece threw
 * @throws ExecutionError of kind ENGINE
 */
export async function executeTriggerHook(
  operation: ExecuteTriggerHook,
  port: Pick<RunPort, 'connection'>,
  engine: Engine,
): Promise<TriggerHookResult> {
  const { flowId, prepared, simulate } = operation
  const storeChanges = operation.hook === 'RUN' ? new Map<string, StoreChange>() : undefined
  const changes = () => (storeChanges === undefined ? {} : { store: [...storeChanges.values()] })
  const host = createHost(engine, port, operation, {
    flowId,
    flowVersionId: prepared.version.id,
    storePrefix: simulate ? TEST_PREFIX : '',
    ...(storeChanges === undefined ? {} : { storeChanges }),
  })
  host.secrets.add(operation.appWebhook?.secret)
  try {
    const trigger = await prepareTrigger(host, createPlan(prepared))
    return { ...(await guarded(() => callHook(host, trigger, operation))), ...changes() }
  } catch (error) {
    if (isEngineFailure(error)) throw masked(error, host.secrets)
    return { type: TYPE, status: 'USER_FAILURE', error: errorText(error, host.secrets.mask), ...changes() }
  } finally {
    host.sandbox.close()
  }
}

/** Calls a hook of a trigger that is prepared. */
export async function callHook(
  host: PieceHost,
  prepared: PreparedTrigger,
  operation: ExecuteTriggerHook,
): Promise<TriggerHookResult> {
  const { trigger } = prepared
  const payload: unknown = JSON.parse(operation.payload)
  const registration = createRegistration(trigger.type)
  const context = {
    ...contextParts(host, prepared.name, prepared.piece),
    ...registration.members,
    auth: prepared.auth,
    propsValue: prepared.propsValue,
    payload,
    webhookUrl: operation.webhookUrl,
  }
  switch (operation.hook) {
    case 'ON_ENABLE':
      await trigger.onEnable?.(context)
      return { type: TYPE, status: 'OK', listeners: registration.listeners, schedule: registration.schedule() }
    case 'ON_DISABLE':
      await trigger.onDisable?.(context)
      return { type: TYPE, status: 'OK' }
    case 'RENEW':
      if (trigger.type !== 'WEBHOOK')
        throw new Error(`Only webhook triggers are renewed, ${trigger.name} is ${trigger.type}`)
      await trigger.onRenew?.(context)
      return { type: TYPE, status: 'OK' }
    case 'HANDSHAKE': {
      const response: unknown = await trigger.onHandshake?.(context)
      return { type: TYPE, status: 'OK', response: FlowResponse.parse(response ?? { status: 200 }) }
    }
    case 'TEST':
    case 'RUN': {
      if (operation.hook === 'RUN') await verifyAppWebhook(prepared, operation, payload)
      const extra = { ...registration.members, webhookUrl: operation.webhookUrl }
      const output = await runTrigger(host, prepared, operation.hook, payload, extra)
      // The events of a test are shown to people. Those of RUN become runs, which need the real values and mask them.
      return {
        type: TYPE,
        status: 'OK',
        output: operation.hook === 'TEST' ? output.map(host.secrets.maskJson) : output,
      }
    }
  }
}

/** Calls of an app's own webhook are only believed when the piece says that they come from the app. */
async function verifyAppWebhook(
  { piece, trigger }: PreparedTrigger,
  operation: ExecuteTriggerHook,
  payload: unknown,
): Promise<void> {
  if (trigger.type !== 'APP_WEBHOOK') return
  const { appWebhook } = operation
  const isVerified =
    appWebhook !== null &&
    (await piece.events?.verify({ webhookSecret: appWebhook.secret, payload, appWebhookUrl: appWebhook.url }))
  if (!isVerified) throw new Error('Webhook is not verified')
}

const Listener = z.object({ events: z.array(z.string()), identifierValue: z.string() })
const WantedSchedule = z.object({ cronExpression: z.string(), timezone: z.string().default('UTC') })

/** The registrations of a trigger while it is enabled. Schedules are for polling triggers only. */
function createRegistration(triggerType: string) {
  const listeners: z.infer<typeof Listener>[] = []
  let schedule: Schedule | null = null
  return {
    listeners,
    schedule: () => schedule,
    members: {
      app: {
        createListeners(listener: unknown): void {
          const parsed = Listener.safeParse(listener)
          if (!parsed.success)
            throw new Error(
              'The trigger cannot tell whose events it listens to (identifierValue): the connection does not say. Reconnect it.',
            )
          listeners.push(parsed.data)
        },
      },
      setSchedule(wanted: unknown): void {
        const parsed = WantedSchedule.parse(wanted)
        requireTimes(parsed)
        if (triggerType === 'POLLING') schedule = parsed
      },
    },
  }
}

/** @throws ExecutionError InvalidCronExpressionError for a schedule that means nothing, or never comes */
function requireTimes(schedule: Schedule): void {
  try {
    nextTime(schedule, new Date())
  } catch (error) {
    throw new ExecutionError('InvalidCronExpressionError', error instanceof Error ? error.message : String(error))
  }
}
