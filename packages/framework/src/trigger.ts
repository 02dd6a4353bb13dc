import { z } from 'zod'
import {
  type TriggerStrategy,
  TriggerTestStrategy,
  type WebhookHandshakeStrategy,
  WebhookRenewStrategy,
} from './constants.ts'
import type { AnyAuth } from './property/auth-types.ts'
import type { InputPropertyMap } from './property/types.ts'
import type { OnStartContext, TestOrRunHookContext, TriggerHookContext } from './typed-context.ts'

export const WebhookRenewConfiguration = z.union([
  z.object({ strategy: z.literal(WebhookRenewStrategy.CRON), cronExpression: z.string() }),
  z.object({ strategy: z.literal(WebhookRenewStrategy.NONE) }),
])
export type WebhookRenewConfiguration = z.infer<typeof WebhookRenewConfiguration>

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
  /** It hands calls on as they are, so that a run can begin before the piece is asked. */
  passesThrough?: true
}

interface WebhookParams<A extends AnyAuth, P> {
  handshakeConfiguration?: WebhookHandshakeConfiguration
  onHandshake?(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<WebhookResponse>
  renewConfiguration?: WebhookRenewConfiguration
  onRenew?(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<void>
}

export type CreateTriggerParams<S extends TriggerStrategy, A extends AnyAuth, P> = BaseTriggerParams<S, A, P> &
  (S extends 'WEBHOOK' ? WebhookParams<A, P> : { handshakeConfiguration?: never; renewConfiguration?: never })

/** The hooks of a trigger. Declared as methods, so that triggers of any auth and props fit one list. */
interface Hooks<S extends TriggerStrategy, A extends AnyAuth, P> {
  onHandshake(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<WebhookResponse>
  onRenew(context: TriggerHookContext<A, P, 'WEBHOOK'>): Promise<void>
  onEnable(context: TriggerHookContext<A, P, S>): Promise<void>
  onDisable(context: TriggerHookContext<A, P, S>): Promise<void>
  onStart(context: OnStartContext<A, P>): Promise<unknown>
  run(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
  test(context: TestOrRunHookContext<A, P, S>): Promise<unknown[]>
}

/** A trigger, as a piece holds it. `createTrigger` makes it. */
export class ITrigger<S extends TriggerStrategy = TriggerStrategy, A extends AnyAuth = AnyAuth, P = InputPropertyMap> {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly requireAuth: boolean
  readonly props: P
  readonly type: S
  readonly handshakeConfiguration: WebhookHandshakeConfiguration
  readonly onHandshake: Hooks<S, A, P>['onHandshake']
  readonly renewConfiguration: WebhookRenewConfiguration
  readonly onRenew: Hooks<S, A, P>['onRenew']
  readonly onEnable: Hooks<S, A, P>['onEnable']
  readonly onDisable: Hooks<S, A, P>['onDisable']
  readonly onStart: Hooks<S, A, P>['onStart']
  readonly run: Hooks<S, A, P>['run']
  readonly test: Hooks<S, A, P>['test']
  readonly sampleData: unknown
  readonly testStrategy: TriggerTestStrategy
  readonly passesThrough: true | undefined

  constructor(
    name: string,
    displayName: string,
    description: string,
    requireAuth: boolean,
    props: P,
    type: S,
    handshakeConfiguration: WebhookHandshakeConfiguration,
    onHandshake: Hooks<S, A, P>['onHandshake'],
    renewConfiguration: WebhookRenewConfiguration,
    onRenew: Hooks<S, A, P>['onRenew'],
    onEnable: Hooks<S, A, P>['onEnable'],
    onDisable: Hooks<S, A, P>['onDisable'],
    onStart: Hooks<S, A, P>['onStart'],
    run: Hooks<S, A, P>['run'],
    test: Hooks<S, A, P>['test'],
    sampleData: unknown,
    testStrategy: TriggerTestStrategy,
    passesThrough?: true,
  ) {
    this.name = name
    this.displayName = displayName
    this.description = description
    this.requireAuth = requireAuth
    this.props = props
    this.type = type
    this.handshakeConfiguration = handshakeConfiguration
    this.onHandshake = onHandshake
    this.renewConfiguration = renewConfiguration
    this.onRenew = onRenew
    this.onEnable = onEnable
    this.onDisable = onDisable
    this.onStart = onStart
    this.run = run
    this.test = test
    this.sampleData = sampleData
    this.testStrategy = testStrategy
    this.passesThrough = passesThrough
  }
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

/** Declares a trigger. */
export function createTrigger<
  S extends TriggerStrategy,
  A extends AnyAuth = undefined,
  P extends InputPropertyMap = InputPropertyMap,
>(params: CreateTriggerParams<S, A, P>): ITrigger<S, A, P> {
  const webhook: WebhookParams<A, P> = params
  return new ITrigger(
    params.name,
    params.displayName,
    params.description,
    params.requireAuth ?? true,
    params.props,
    params.type,
    webhook.handshakeConfiguration ?? { strategy: 'NONE' },
    webhook.onHandshake ?? (async () => ({ status: 200 })),
    webhook.renewConfiguration ?? { strategy: WebhookRenewStrategy.NONE },
    webhook.onRenew ?? (async () => {}),
    params.onEnable,
    params.onDisable,
    params.onStart ?? (async () => {}),
    params.run,
    params.test ?? (async () => [params.sampleData]),
    params.sampleData,
    testStrategyOf(params.type, params.test !== undefined, params.sampleData),
    params.passesThrough,
  )
}
