import type { CodeAction } from '@piecework/model/flow/step'
import type { Scope } from '../../state/record.ts'
import { executeActing } from '../acting-step.ts'
import { resolveInput } from '../context.ts'
import { type PlannedActing, planActing, planInput, type Run } from '../planned.ts'
import { defineKind } from './kind.ts'

interface PlannedCode extends PlannedActing {
  /** The compiled code. */
  file: string | undefined
}

export const code = defineKind<CodeAction>('CODE', {
  plan({ name, settings }, base, { prepared, names }) {
    const step: PlannedCode = {
      ...base,
      type: 'CODE',
      input: planInput(settings.input, names),
      ...planActing(settings),
      file: prepared.codes[name],
      heads: [],
      execute: (run, scope) => executeCode(run, step, scope),
      test: (run, scope) => executeCode(run, step, scope),
    }
    return step
  },
})

/** Runs the author's code with a copy of its resolved inputs. */
function executeCode(run: Run, step: PlannedCode, scope: Scope): Promise<void> {
  return executeActing(run, step, scope, {
    actsOutside: true,
    resolve() {
      run.sandbox.getReady()
      return resolveInput(run, step.input, scope)
    },
    async act(input) {
      if (step.file === undefined) throw new Error(`The code of ${step.name} was not compiled`)
      return { outputText: await run.sandbox.runCode(step.file, input.text, run.onPrinted), effect: 'CONTINUE' }
    },
  })
}
