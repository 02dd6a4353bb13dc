/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number
  headers: Headers
  text: string
  /** The text read as JSON; undefined when it is none. */
  json: unknown
}

export interface RawRequest {
  method?: string
  headers?: Record<string, string>
  body?: RequestInit['body']
  /** Sent as JSON. */
  json?: unknown
}

/** A call with nothing added to it: no token, and redirects are not followed. */
export async function http(
  url: string,
  { method = 'POST', headers = {}, body, json }: RawRequest = {},
): Promise<RawAnswer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
