import type { EngineOperation, FromEngine, JournalEntry, ToEngine } from '../protocol.ts'

/**
 * Long texts of messages travel beside the head: a log of 25 MB within JSON would be escaped once more and read twice.
 * Both sides go through the same places in the same order.
 */

/** Which place of a message holds a long text; `visit` gives what is to be there instead. */
type Visit = (text: string) => string

export const visitFromEngine = (message: FromEngine, visit: Visit): FromEngine => {
  switch (message.kind) {
    case 'journal':
      return { ...message, entries: visitEntries(message.entries, visit) }
    case 'progress':
      return { ...message, output: visit(message.output) }
    case 'result': {
      const { result } = message
      const entries = visitEntries(message.entries, visit)
      if (result.type === 'EXECUTE_FLOW') return { ...message, entries, result: { ...result, log: visit(result.log) } }
      if (result.type === 'EXECUTE_TRIGGER_HOOK' && result.output !== undefined)
        return { ...message, entries, result: { ...result, output: result.output.map(visit) } }
      return { ...message, entries }
    }
    default:
      return message
  }
}

export const visitToEngine = (message: ToEngine, visit: Visit): ToEngine =>
  message.kind === 'execute' ? { ...message, operation: visitOperation(message.operation, visit) } : message

function visitOperation(operation: EngineOperation, visit: Visit): EngineOperation {
  if (operation.type !== 'EXECUTE_FLOW') return operation
  const triggerPayload = visit(operation.triggerPayload)
  return { ...operation, triggerPayload, journal: visitEntries(operation.journal, visit) }
}

const visitEntries = (entries: readonly JournalEntry[], visit: Visit): JournalEntry[] =>
  entries.map((entry) => {
    const output = visit(entry.output)
    const { slice } = entry
    return slice === undefined
      ? { ...entry, output }
      : { ...entry, output, slice: { ...slice, data: visit(slice.data) } }
  })

/** Takes the long texts out. */
export function lift<T>(message: T, go: (message: T, visit: Visit) => T): { head: T; texts: string[] } {
  const texts: string[] = []
  const head = go(message, (text) => {
    texts.push(text)
    return ''
  })
  return { head, texts }
}

/** Puts them back; undefined when there are not as many as there are places. */
export function lower<T>(head: T, texts: readonly string[], go: (message: T, visit: Visit) => T): T | undefined {
  let next = 0
  const message = go(head, () => texts[next++] ?? '')
  return next === texts.length ? message : undefined
}
