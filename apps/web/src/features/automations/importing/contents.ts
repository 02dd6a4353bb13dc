import { parseJson } from '@piecework/model/parse-json'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The flows in an exported file: a template with `flows`, the older form with one `template`, a request of the API,
 * a flow as the API gives it, or bare content. The server checks what is in them.
 * @returns undefined when there is none
 */
export function contentsOf(text: string): Record<string, unknown>[] | undefined {
  const file = parseJson(text)
  const found = (Array.isArray(file) ? file : [file]).flatMap(flowsOf)
  return found.length > 0 ? found : undefined
}

function flowsOf(file: unknown): Record<string, unknown>[] {
  if (!isRecord(file)) return []
  if (Array.isArray(file.flows)) return file.flows.flatMap(flowsOf)
  for (const inner of [file.template, file.request, file.version]) if (isRecord(inner)) return flowsOf(inner)
  return isRecord(file.trigger) ? [file] : []
}

/** The connections that a flow names, by their external ids. */
export function connectionsIn(content: unknown): string[] {
  const names = JSON.stringify(content).matchAll(/\{\{\s*connections\[(?:'|\\")(.+?)(?:'|\\")\]\s*\}\}/g)
  return [...new Set([...names].map(([, name = '']) => name))]
}
