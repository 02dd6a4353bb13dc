import { createRecord, type Scope } from '../state/record.ts'

/** Steps that are not run, but shown with their last results. */

/** Puts the saved output of a step (JSON text) into a scope. */
export function setSample(scope: Scope, name: string, text: string): void {
  const record = createRecord(name, 'SAMPLE', 'SUCCEEDED')
  record.outputText = text
  scope.steps.set(name, record)
}
