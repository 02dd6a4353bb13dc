import type { GraphErrorCode, ListMeta } from '@piecework/api/graph/shapes'
import { parseJson } from '@piecework/model/parse-json'
import type { Person, TestServer } from './server.ts'

/** An answer of the graph API. */
export interface GraphAnswer<Data> {
  status: number
  headers: Headers
  success: boolean
  /** The test names the type; nothing checks it here. */
  data: Data
  meta: Partial<ListMeta>
  error: { code: GraphErrorCode; message: string; details: Record<string, unknown> }
}

interface Options {
  key?: string | undefined
  body?: unknown
  headers?: Record<string, string>
}

/** Calls the graph API, and checks that every answer has the envelope and the headers of the rate limit. */
export function graphClient({ origin }: Pick<TestServer, 'origin'>, key?: string) {
  return async <Data = Record<string, unknown>>(
    method: string,
    path: string,
    { key: other = key, body, headers = {} }: Options = {},
  ): Promise<GraphAnswer<Data>> => {
    const isText = typeof body === 'string'
    const response = await fetch(`${origin}/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(other ? { authorization: `Bearer ${other}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = parseJson(text, undefined) as Omit<GraphAnswer<Data>, 'status' | 'headers'> | undefined
    const isEnveloped =
      answer?.success === true ? 'data' in answer && 'meta' in answer : Boolean(answer?.error?.details)
    if (!answer || !isEnveloped || answer.success !== response.ok)
      throw new Error(`${method} ${path} answered ${response.status} outside of the envelope: ${text.slice(0, 500)}`)
    for (const name of ['limit', 'remaining', 'reset'])
      if (!/^\d+$/.test(response.headers.get(`x-ratelimit-${name}`) ?? ''))
        throw new Error(`${method} ${path} answered without X-RateLimit-${name}`)
    return { ...answer, status: response.status, headers: response.headers }
  }
}

/** A key of the person's project. */
export async function projectKey(
  server: TestServer,
  { token, projectId }: Person,
  scopes: string[] = ['read', 'write'],
): Promise<string> {
  const body = { projectId, displayName: 'test', scopes }
  const made = await server.call<{ value: string }>('POST', '/v1/project-keys', { token, body })
  if (made.status !== 201) throw new Error(`The key was refused: ${JSON.stringify(made.body)}`)
  return made.body.value
}
