/** A request to the address of a webhook. */
export interface SampleRequest {
  method: string
  url: string
  query: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
  body: string
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The address with its query. */
export function addressOf({ url, query }: Pick<SampleRequest, 'url' | 'query'>): string {
  const fields = new URLSearchParams(query).toString()
  return fields === '' ? url : `${url}?${fields}`
}

export const hasBody = (method: string): boolean => method !== 'GET' && method !== 'HEAD'

/** The request as a line for a terminal. */
export function curlOf(request: SampleRequest): string {
  const { method, headers, body } = request
  const parts = [`curl -X ${method} ${quoted(addressOf(request))}`]
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (hasBody(method) && body !== '') parts.push(`-d ${quoted(body)}`)
  return parts.join(' \\\n  ')
}
