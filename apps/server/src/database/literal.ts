/**
 * A value as an SQL literal, for the EXECUTE of a prepared statement: its type comes from the statement. Relies on
 * standard_conforming_strings, which is on wherever this is used.
 * @throws TypeError for a value that PostgreSQL has no form for, UnstorableText (22021) for a text with a NUL.
 */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return quote(arrayText(value))
  return quote(text(value))
}

const quote = (content: string): string => `'${content.replaceAll("'", "''")}'`

/** A text that PostgreSQL cannot hold, told as PostgreSQL itself would tell it. */
class UnstorableText extends Error {
  readonly code = '22021'
  constructor() {
    super('invalid byte sequence for encoding "UTF8": 0x00')
    this.name = 'UnstorableText'
  }
}

const NUL = '\0'

function text(value: unknown): string {
  if (typeof value === 'string') {
    // It would end the statement, which the server then reports as a message that is not whole.
    if (value.includes(NUL)) throw new UnstorableText()
    return value
  }
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array)
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  throw new TypeError(`${typeof value} cannot be a parameter of a query`)
}

/** PostgreSQL's text form of an array. */
function arrayText(values: unknown[]): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return arrayText(value)
    return `"${text(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${elements.join(',')}}`
}
