import type { EngineOperation, EngineResponse, FromEngine, JournalEntry, ToEngine } from '../protocol.ts'

/**
 * Long texts of messages are sent next to the head: a log of 25 MB within JSON would be escaped once more and read
 * twice. Both sides visit the same places in the same order.
 */

/** Visits the places of a message that hold long texts; `visit` returns the new text. */
type Visit = (text: string) => string

export const visitFromEngine = (message: FromEngine, visit: Visit): FromEngine => {
  switch (message.kind) {
    case 'journal':
      return { ...message, entries: visitEntries(message.entries, visit) }
    case 'respond':
      return { ...message, response: visitResponse(message.response, visit) }
    case 'progress':
      return { ...message, output: visit(message.output) }
    case 'result': {
      const { result } = message
      const entries = visitEntries(message.entries, visit)
      const response = message.response && visitResponse(message.response, visit)
      const head = { ...message, entries, response }
      if (result.type === 'EXECUTE_FLOW') return { ...head, result: { ...result, log: visit(result.log) } }
      if (result.type === 'EXECUTE_TRIGGER_HOOK' && result.output !== undefined)
        return { ...head, result: { ...result, output: result.output.map(visit) } }
      return head
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
  const resumePayload = operation.resumePayload === null ? null : visit(operation.resumePayload)
  return { ...operation, triggerPayload, resumePayload, journal: visitEntries(operation.journal, visit) }
}

const visitResponse = (response: EngineResponse, visit: Visit): EngineResponse => ({
  ...response,
  body: visit(response.body),
})

const visitEntries = (entries: readonly JournalEntry[], visit: Visit): JournalEntry[] =>
  entries.map((entry) => {
    const output = visit(entry.output)
    const { slice } = entry
    return slice === undefined || slice.data === null
      ? { ...entry, output }
      : { ...entry, output, slice: { ...slice, data: visit(slice.data) } }
  })

/** Removes the long texts from a message. */
export function takeTexts<T>(message: T, go: (message: T, visit: Visit) => T): { head: T; texts: string[] } {
  const texts: string[] = []
  const head = go(message, (text) => {
    texts.push(text)
    return ''
  })
  return { head, texts }
}

/** Puts the texts back; undefined when their number differs from that of the places. */
export function putTexts<T>(head: T, texts: readonly string[], go: (message: T, visit: Visit) => T): T | undefined {
  let next = 0
  const message = go(head, () => texts[next++] ?? '')
  return next === texts.length ? message : undefined
}
