import type { Scope } from '../state/record.ts'
import { executeActing } from './acting-step.ts'
import { type Run, resolveInput } from './context.ts'
import type { PlannedCode } from './plan.ts'

/** Runs the author's code with a copy of its resolved inputs (spec: facts/engine.md section 7). */
export function executeCode(run: Run, step: PlannedCode, scope: Scope): Promise<void> {
  return executeActing(run, step, scope, {
    actsOutside: true,
    resolve() {
      run.sandbox.getReady()
      return resolveInput(run, step.input, scope)
    },
    async act(input) {
      if (step.file === undefined) throw new Error(`The code of ${step.name} was not compiled`)
      return { outputText: await run.sandbox.runCode(step.file, input.text), effect: 'CONTINUE' }
    },
  })
}
