import { createRecord, type StepRecord } from '@piecework/engine/state/record'

/** The results of a log by the names of the steps, those of rounds in their order. */
export function recordsOf(log: Record<string, unknown>): Map<string, StepRecord[]> {
  const records = new Map<string, StepRecord[]>()
  const visit = (steps: object): void => {
    for (const [name, step] of Object.entries(steps)) {
      const { type, status, output, errorMessage } = { ...Object(step) }
      const iterations: unknown = Reflect.get(Object(output), 'iterations')
      if (type !== 'PIECE' && type !== 'CODE' && Array.isArray(iterations))
        for (const round of iterations) visit(Object(round))
      if (type !== 'PIECE') continue
      const record = createRecord(name, 'PIECE', status === 'FAILED' ? 'FAILED' : 'SUCCEEDED')
      record.outputText = output === undefined ? undefined : JSON.stringify(output)
      if (typeof errorMessage === 'string') record.error = errorMessage
      records.set(name, [...(records.get(name) ?? []), record])
    }
  }
  visit(log)
  return records
}
