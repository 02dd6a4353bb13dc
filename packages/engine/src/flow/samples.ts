import type { PieceHost } from '../piece/host.ts'
import { createLoopState, createRecord, type Scope } from '../state/record.ts'
import { resolveInput } from './context.ts'
import type { PlannedInput } from './plan.ts'

/** Steps that are not run, but shown as they were when they last ran (spec: facts/engine.md section 15). */

/** Puts the saved output of a step (JSON text) into a scope. */
export function setSample(scope: Scope, name: string, text: string): void {
  const record = createRecord(name, 'SAMPLE', 'SUCCEEDED')
  record.outputText = text
  scope.steps.set(name, record)
}

/** Shows a loop in its first round, over the first of its items. */
export async function sampleLoop(
  host: Pick<PieceHost, 'sandbox' | 'connections' | 'engine' | 'secrets'>,
  scope: Scope,
  name: string,
  items: PlannedInput,
): Promise<void> {
  try {
    const input = await resolveInput(host, items, scope)
    const list: unknown = Reflect.get(Object(input.value), 'items')
    if (!Array.isArray(list)) return
    const record = createRecord(name, 'LOOP_ON_ITEMS', 'SUCCEEDED')
    record.loop = createLoopState()
    record.loop.item = list[0]
    record.loop.index = 1
    scope.steps.set(name, record)
  } catch {
    // Without items the loop simply has no output to show.
  }
}
