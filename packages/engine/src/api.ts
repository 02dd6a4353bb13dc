import { ExecutionError } from './errors.ts'

/** The API as engine code calls it: one client, authenticated by the engine token of the operation. */
export interface ApiClient {
  /**
   * @returns the status and the parsed body (JSON where it is JSON, else text); every status is an answer
   * @throws ExecutionError FetchError when no answer comes
   */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer>
  /** Sends a form with files. */
  upload(path: string, form: FormData): Promise<ApiAnswer>
}

export interface ApiAnswer {
  status: number
  ok: boolean
  body: unknown
}

/** @param baseUrl ends with `/` */
export function createApiClient(baseUrl: string, engineToken: string): ApiClient {
  const send = async (path: string, init: RequestInit): Promise<ApiAnswer> => {
    let response: Response
    let text: string
    try {
      response = await fetch(new URL(path, baseUrl), init)
      text = await response.text()
    } catch (cause) {
      throw new ExecutionError('FetchError', `The API did not answer ${init.method} ${path.split('?')[0]}`, { cause })
    }
    return { status: response.status, ok: response.ok, body: parse(text) }
  }
  const authorization = `Bearer ${engineToken}`
  return {
    call: (method, path, body) =>
      send(path, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    upload: (path, form) => send(path, { method: 'POST', headers: { authorization }, body: form }),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A string field of an answer; undefined when it is missing. */
export function textField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : undefined
}
