import { GRAPH_ERRORS, type GraphError, type GraphErrorCode } from '@piecework/api/graph/shapes'

/** Every URL of the graph API begins with it. */
export const GRAPH_PREFIX = '/v1'

/** Whether a URL is one of the graph API, also when no route has it. */
export const isGraphUrl = (url: string): boolean => /^\/v1(?:[/?#]|$)/.test(url)

const CODES: Readonly<Record<number, GraphErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  410: 'NOT_FOUND',
  429: 'RATE_LIMITED',
}
/** Statuses that say more than that of their code, and that clients know how to handle. */
const KEPT: ReadonlySet<number> = new Set([413, 503])

/** An error of the other API. */
interface PlainError {
  statusCode: number
  code: string
  message?: string
  params: Record<string, unknown>
}

/** An error in the envelope of the graph API, with its status. */
export function inEnvelope(body: PlainError): { status: number; body: GraphError } {
  const { statusCode, params } = body
  const code = CODES[statusCode] ?? (statusCode >= 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR')
  const { entityType } = params
  const given = plainly(body.message ?? (typeof params.message === 'string' ? params.message : body.code))
  const isNamed = typeof entityType === 'string'
  const message = isNamed && given === `${entityType} not found` ? `${wordsOf(entityType)} not found` : given
  const { message: _, issues, ...rest } = isNamed ? inWords(params, entityType) : params
  const others = Object.fromEntries(Object.entries(rest).map(([name, value]) => [snakeCase(name), value]))
  const fields = fieldsOf(issues, message, rest)
  return {
    status: KEPT.has(statusCode) ? statusCode : GRAPH_ERRORS[code],
    body: {
      success: false,
      error: { code, message: sentence(message), details: { ...(fields ? { fields } : {}), ...others } },
    },
  }
}

/** The wrong fields with their complaints: those of the issues, else what stands before the message as in `body/name: …`. */
function fieldsOf(
  issues: unknown,
  message: string,
  params: Record<string, unknown>,
): Record<string, string> | undefined {
  if (Array.isArray(issues))
    return Object.fromEntries(issues.map((issue) => [dotted(issue.path), plainly(issue.message)]))
  const [, path, complaint] = /^((?:body|query|params|headers)\b\S*): (.+)$/s.exec(message) ?? []
  if (typeof params.field === 'string') return { [dotted(params.field)]: complaint ?? message }
  return path === undefined || complaint === undefined ? undefined : { [dotted(path)]: complaint }
}

/** The complaints of schemas in words for people. */
const plainly = (text: string): string =>
  text
    .replaceAll(/Invalid input: expected \w+, received undefined/g, 'is required')
    .replaceAll(/Invalid input: expected \w+, received NaN/g, 'must be one number')

/** Names a thing that was not found as requests of the graph API do. */
const inWords = (params: Record<string, unknown>, entityType: string): Record<string, unknown> => ({
  ...params,
  entityType: wordsOf(entityType).replaceAll(' ', '_'),
  ...(typeof params.field === 'string' ? { field: snakeCase(params.field) } : {}),
})

/** Things that have another name on the server than in the graph API. */
const WORDS: Readonly<Record<string, string>> = {
  flow: 'workflow',
  flow_version: 'workflow',
  flow_run: 'execution',
  app_connection: 'credential',
  event_destination: 'webhook',
  event_delivery: 'delivery',
}

const wordsOf = (entityType: string): string => WORDS[entityType] ?? entityType.replaceAll('_', ' ')

const snakeCase = (name: string): string =>
  name.replace(/[a-z0-9][A-Z]/g, ([before = '', after = '']) => `${before}_${after.toLowerCase()}`)

const dotted = (path: string): string => path.replace(/^(?:body|query|params|headers)\//, '').replaceAll('/', '.')

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
