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

/** A connection that a flow names. */
export interface NamedConnection {
  externalId: string
  /** The piece whose step has it as its account; undefined where it is named only in a text. */
  pieceName?: string | undefined
}

const ACCOUNT = /^\{\{\s*connections\[(?:'|")(.+?)(?:'|")\]\s*\}\}$/

/** The connections that a flow names, each once. */
export function connectionsIn(content: unknown): NamedConnection[] {
  const names = JSON.stringify(content).matchAll(/\{\{\s*connections\[(?:'|\\")(.+?)(?:'|\\")\]\s*\}\}/g)
  const pieces = new Map(accountsIn(content))
  return [...new Set([...names].map(([, name = '']) => name))].map((externalId) => ({
    externalId,
    pieceName: pieces.get(externalId),
  }))
}

/** The accounts of all steps, with the pieces that they are for. */
function accountsIn(value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(accountsIn)
  if (!isRecord(value)) return []
  const { pieceName, input } = value
  const auth = isRecord(input) ? input.auth : undefined
  const externalId = typeof auth === 'string' ? ACCOUNT.exec(auth)?.[1] : undefined
  const inside = Object.values(value).flatMap(accountsIn)
  return typeof pieceName === 'string' && externalId !== undefined ? [[externalId, pieceName], ...inside] : inside
}
