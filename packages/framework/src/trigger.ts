import {
  type TriggerStrategy,
  TriggerTestStrategy,
  type WebhookHandshakeStrategy,
  WebhookRenewStrategy,
} from './constants.ts'
import type { AnyAuth } from './property/auth-types.ts'
import type { InputPropertyMap } from './property/types.ts'
import type { OnStartContext, TestOrRunHookContext, TriggerHookContext } from './typed-context.ts'

export type WebhookRenewConfiguration =
  | { strategy: typeof WebhookRenewStrategy.NONE }
  | { strategy: typeof WebhookRenewStrategy.CRON; cronExpression: string }

export interface WebhookHandshakeConfiguration {
  strategy: WebhookHandshakeStrategy
  /** The header, query parameter or body field whose presence marks a handshake. */
  paramName?: string
}

export interface WebhookResponse {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

interface BaseTriggerParams<S extends TriggerStrategy, A extends AnyAuth, P> {
  /** Unique in the piece and never changed: flows refer to it. */
  name: string
  displayName: string
  description: string
  requireAuth?: boolean
  /** Only lets `context.auth` have the right type. */
  auth?: A
  props: P
  type: S
  /** Called when a flow with this trigger is published or switched on. */
  onEnable(context: TriggerHookContext<A, P, S>): Promise<void>
  /** Called when it is switched off, deleted, or another version is published. */
  onDisable(context: TriggerHookContext<A, P, S>): Promise<void>
  /** Turns a request, or a tick, into events: each starts one run. */
  run(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
  /** Events to show the author. */
  test?(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
  /** Called at the start of each run. */
  onStart?(context: OnStartContext<A, P>): Promise<unknown>
  sampleData: unknown
}

interface WebhookParams<A extends AnyAuth, P> {
  handshakeConfiguration?: WebhookHandshakeConfiguration
  onHandshake?(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<WebhookResponse>
  renewConfiguration?: WebhookRenewConfiguration
  onRenew?(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<void>
}

export type CreateTriggerParams<S extends TriggerStrategy, A extends AnyAuth, P> = BaseTriggerParams<S, A, P> &
  (S extends 'WEBHOOK' ? WebhookParams<A, P> : { handshakeConfiguration?: never; renewConfiguration?: never })

/** A trigger, as a piece holds it. Methods, so that triggers of any auth and props fit one list. */
export interface ITrigger<
  S extends TriggerStrategy = TriggerStrategy,
  A extends AnyAuth = AnyAuth,
  P = InputPropertyMap,
> {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly requireAuth: boolean
  readonly props: P
  readonly type: S
  readonly handshakeConfiguration: WebhookHandshakeConfiguration
  onHandshake(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<WebhookResponse>
  readonly renewConfiguration: WebhookRenewConfiguration
  onRenew(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<void>
  onEnable(context: TriggerHookContext<A, P, S>): Promise<void>
  onDisable(context: TriggerHookContext<A, P, S>): Promise<void>
  onStart(context: OnStartContext<A, P>): Promise<unknown>
  run(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
  test(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
  readonly sampleData: unknown
  readonly testStrategy: TriggerTestStrategy
}
export type Trigger<
  A extends AnyAuth = AnyAuth,
  P = InputPropertyMap,
  S extends TriggerStrategy = TriggerStrategy,
> = ITrigger<S, A, P>

/** How the trigger can be tried in the builder: by calling its test, or by waiting for a real event. */
function testStrategyOf(type: TriggerStrategy, hasTest: boolean, sampleData: unknown): TriggerTestStrategy {
  const simulate =
    (type === 'WEBHOOK' && !hasTest) || (type === 'APP_WEBHOOK' && !hasTest && (sampleData ?? null) === null)
  return simulate ? TriggerTestStrategy.SIMULATION : TriggerTestStrategy.TEST_FUNCTION
}

/** Declares a trigger (docs: build-pieces/building-pieces/create-trigger). */
export function createTrigger<
  S extends TriggerStrategy,
  A extends AnyAuth = undefined,
  P extends InputPropertyMap = InputPropertyMap,
>(params: CreateTriggerParams<S, A, P>): ITrigger<S, A, P> {
  const webhook: WebhookParams<A, P> = params
  return {
    name: params.name,
    displayName: params.displayName,
    description: params.description,
    requireAuth: params.requireAuth ?? true,
    props: params.props,
    type: params.type,
    handshakeConfiguration: webhook.handshakeConfiguration ?? { strategy: 'NONE' },
    onHandshake: webhook.onHandshake ?? (async () => ({ status: 200 })),
    renewConfiguration: webhook.renewConfiguration ?? { strategy: WebhookRenewStrategy.NONE },
    onRenew: webhook.onRenew ?? (async () => {}),
    onEnable: params.onEnable,
    onDisable: params.onDisable,
    onStart: params.onStart ?? (async () => {}),
    run: params.run,
    test: params.test ?? (async () => [params.sampleData]),
    sampleData: params.sampleData,
    testStrategy: testStrategyOf(params.type, params.test !== undefined, params.sampleData),
  }
}
