import { type AnyAuth, createMockActionContext, type FlowsContext, type Piece, type Store } from '@piecework/framework'

interface Surroundings {
  auth?: unknown
  store?: Store
  flows?: FlowsContext
  server?: { apiUrl?: string; publicUrl?: string; token?: string }
  runId?: string
  resumePayload?: { body?: unknown; headers?: Record<string, string>; queryParams?: Record<string, string> }
}

/** Runs an action of a piece by name in a test, as flows do; answers its output. */
export async function runAction<A extends AnyAuth>(
  piece: Piece<A>,
  name: string,
  propsValue: Record<string, unknown>,
  surroundings: Surroundings = {},
): Promise<unknown> {
  return (await runRecorded(piece, name, propsValue, surroundings)).output
}

/** The same, with what the action did to the world. */
export async function runRecorded<A extends AnyAuth>(
  piece: Piece<A>,
  name: string,
  propsValue: Record<string, unknown>,
  surroundings: Surroundings = {},
) {
  const run = piece.getAction(name)?.run
  if (!run) throw new Error(`No action ${name}`)
  const context = createMockActionContext({ ...surroundings, propsValue, auth: surroundings.auth })
  const output: unknown = await Reflect.apply(run, undefined, [context])
  return { output, recorded: context.recorded }
}
