import type { AnyAuth, PieceAuthProperty } from './property/auth-types.ts'
import type { InputPropertyMap } from './property/types.ts'
import type { ActionContext } from './typed-context.ts'

interface Switch {
  defaultValue?: boolean
  hide?: boolean
}

/** What the switches "continue on failure" and "retry on failure" of a step start as, and whether they show. */
export interface ErrorHandlingOptionsParam {
  retryOnFailure: Switch
  continueOnFailure: Switch
}

export type ActionRunner<A extends AnyAuth = PieceAuthProperty, P = InputPropertyMap> = (
  context: ActionContext<A, P>,
) => Promise<unknown>

export interface CreateActionParams<A extends AnyAuth, P> {
  /** Unique in the piece and never changed: flows refer to it. */
  name: string
  /** Only lets `context.auth` have the right type. */
  auth?: A
  displayName: string
  description: string
  props: P
  run(context: ActionContext<A, P>): Promise<unknown>
  /** Runs instead of `run` when the step is tested alone. */
  test?(context: ActionContext<A, P>): Promise<unknown>
  requireAuth?: boolean
  errorHandlingOptions?: ErrorHandlingOptionsParam
}

/** An action, as a piece holds it. Methods, so that actions of any auth and props fit one list. */
export interface IAction<A extends AnyAuth = AnyAuth, P = InputPropertyMap> {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly props: P
  run(context: ActionContext<A, P>): Promise<unknown>
  test(context: ActionContext<A, P>): Promise<unknown>
  readonly requireAuth: boolean
  readonly errorHandlingOptions: ErrorHandlingOptionsParam
}
export type Action<A extends AnyAuth = AnyAuth, P = InputPropertyMap> = IAction<A, P>

/** Declares an action (docs: build-pieces/building-pieces/create-action). */
export function createAction<A extends AnyAuth = undefined, P extends InputPropertyMap = InputPropertyMap>(
  params: CreateActionParams<A, P>,
): IAction<A, P> {
  return {
    name: params.name,
    displayName: params.displayName,
    description: params.description,
    props: params.props,
    run: params.run,
    test: params.test ?? params.run,
    requireAuth: params.requireAuth ?? true,
    errorHandlingOptions: params.errorHandlingOptions ?? {
      continueOnFailure: { defaultValue: false },
      retryOnFailure: { defaultValue: false },
    },
  }
}
