import type { TriggerStrategy } from './constants.ts'
import type { ActionContextOf, ContextOf, FilesService, TriggerContextOf } from './context.ts'
import type { AnyAuth } from './property/auth-types.ts'
import type { AuthValue } from './property/auth-value.ts'
import type { StaticPropsValue } from './property/declared.ts'
import type { InputPropertyMap } from './property/types.ts'

/** The contexts of actions and triggers, by what their piece declares. */

export type BaseContext<A extends AnyAuth, P> = ContextOf<AuthValue<A>, StaticPropsValue<P>>
export type ActionContext<A extends AnyAuth = undefined, P = InputPropertyMap> = ActionContextOf<
  AuthValue<A>,
  StaticPropsValue<P>
>

/** The context of onEnable, onDisable, onHandshake and onRenew. */
export type TriggerHookContext<A extends AnyAuth, P, S extends TriggerStrategy> = TriggerContextOf<
  AuthValue<A>,
  StaticPropsValue<P>,
  S
>

/** The context of run and test of a trigger. */
export type TestOrRunHookContext<A extends AnyAuth, P, S extends TriggerStrategy> = TriggerHookContext<A, P, S> & {
  files: FilesService
}

/** The context of onStart, which is called at the start of each run. */
export interface OnStartContext<A extends AnyAuth, P> extends Omit<BaseContext<A, P>, 'flows'> {
  run: { id: string }
  payload: unknown
}
