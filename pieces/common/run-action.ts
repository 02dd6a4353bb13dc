import { createMockActionContext, type Piece } from '@piecework/framework'

/** Runs an action of a piece by name in a test, as flows do; answers its output. */
export async function runAction(
  piece: Piece<undefined>,
  name: string,
  propsValue: Record<string, unknown>,
): Promise<unknown> {
  return (await runRecorded(piece, name, propsValue)).output
}

/** The same, with what the action did to the world. */
export async function runRecorded(piece: Piece<undefined>, name: string, propsValue: Record<string, unknown>) {
  const action = piece.getAction(name)
  if (!action) throw new Error(`No action ${name}`)
  const context = createMockActionContext({ propsValue })
  return { output: await action.run(context), recorded: context.recorded }
}
