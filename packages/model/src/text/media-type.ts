/** A media type with its parameters, as a `Content-Type` header or the like names them. */
export interface MediaType {
  /** In lower case, such as `text/plain`; empty when there is no valid media type. */
  type: string
  /** By their names in lower case. */
  parameters: ReadonlyMap<string, string>
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** Reads a `Content-Type`. If a sender gives several, the first counts. */
export function parseMediaType(header: string | undefined): MediaType {
  const [head = '', ...rest] = splitOutsideQuotes(header ?? '')
  const type = head.split(',', 1)[0]?.trim().toLowerCase() ?? ''
  const parts = type.split('/')
  const isType = parts.length === 2 && parts.every((part) => TOKEN.test(part))
  return { type: isType ? type : '', parameters: parametersOf(rest) }
}

/** The parameters of a header such as `form-data; name="a"; filename="b.txt"`, without the part before them. */
export function parseParameters(header: string): ReadonlyMap<string, string> {
  return parametersOf(splitOutsideQuotes(header).slice(1))
}

function parametersOf(parts: readonly string[]): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of parts) {
    const at = part.indexOf('=')
    if (at === -1) continue
    const name = part.slice(0, at).trim().toLowerCase()
    if (!parameters.has(name)) parameters.set(name, unquoted(part.slice(at + 1).trim()))
  }
  return parameters
}

/** A backslash is literal unless a quotation mark or another backslash follows: some senders give whole paths. */
function unquoted(value: string): string {
  if (!value.startsWith('"')) return value
  const end = value.endsWith('"') && value.length > 1 ? -1 : value.length
  return value.slice(1, end).replaceAll(/\\(["\\])/g, '$1')
}

function splitOutsideQuotes(text: string): string[] {
  if (!text.includes(';')) return [text]
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (quoted && sign === '\\') at++
    else if (sign === '"') quoted = !quoted
    else if (sign === ';' && !quoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
