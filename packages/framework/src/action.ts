import { z } from 'zod'
import type { AnyAuth, PieceAuthProperty } from './property/auth-types.ts'
import type { InputPropertyMap } from './property/types.ts'
import type { ActionContext } from './typed-context.ts'

const Switch = z.object({ defaultValue: z.boolean().optional(), hide: z.boolean().optional() })

/** The first positions of the switches "continue on failure" and "retry on failure", and whether a step shows them. */
export const ErrorHandlingOptionsParam = z.object({ retryOnFailure: Switch, continueOnFailure: Switch })
export type ErrorHandlingOptionsParam = z.infer<typeof ErrorHandlingOptionsParam>

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
  /**
   * The action only steers the run and acts on nothing outside of it: it need not wait until everything before it is on
   * disk.
   */
  actsOutside?: false
}

/** Declared as a method, so that actions of any auth and props fit one list. */
type Runner<A extends AnyAuth, P> = { run(context: ActionContext<A, P>): Promise<unknown> }['run']

/** An action, as a piece holds it. `createAction` makes it. */
export class IAction<A extends AnyAuth = AnyAuth, P = InputPropertyMap> {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly props: P
  readonly run: Runner<A, P>
  readonly test: Runner<A, P>
  readonly requireAuth: boolean
  readonly errorHandlingOptions: ErrorHandlingOptionsParam
  readonly actsOutside: false | undefined

  constructor(
    name: string,
    displayName: string,
    description: string,
    props: P,
    run: Runner<A, P>,
    test: Runner<A, P>,
    requireAuth: boolean,
    errorHandlingOptions: ErrorHandlingOptionsParam,
    actsOutside?: false,
  ) {
    this.name = name
    this.displayName = displayName
    this.description = description
    this.props = props
    this.run = run
    this.test = test
    this.requireAuth = requireAuth
    this.errorHandlingOptions = errorHandlingOptions
    this.actsOutside = actsOutside
  }
}
export type Action<A extends AnyAuth = AnyAuth, P = InputPropertyMap> = IAction<A, P>

/** Declares an action. */
export function createAction<A extends AnyAuth = undefined, P extends InputPropertyMap = InputPropertyMap>(
  params: CreateActionParams<A, P>,
): IAction<A, P> {
  const { name, displayName, description, props, run } = params
  return new IAction(
    name,
    displayName,
    description,
    props,
    run,
    params.test ?? run,
    params.requireAuth ?? true,
    params.errorHandlingOptions ?? {
      continueOnFailure: { defaultValue: false },
      retryOnFailure: { defaultValue: false },
    },
    params.actsOutside,
  )
}
