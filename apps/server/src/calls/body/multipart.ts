import { isUtf8 } from 'node:buffer'
import { AppError } from '@piecework/model/errors'
import { decodeText } from '@piecework/model/text/charset'
import { parseMediaType, parseParameters } from '@piecework/model/text/media-type'

/** A file that came with a call. */
export interface BodyFile {
  fileName: string
  mimeType: string
  data: Uint8Array
}

/** Text, or the number of the file whose URL the field gets. */
export type Field = string | number

export interface Form {
  fields: Record<string, Field | Field[]>
  files: BodyFile[]
}

/** The fields with something else for each value. */
export function mapFields(fields: Form['fields'], to: (field: Field) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, Array.isArray(field) ? field.map(to) : to(field)]),
  )
}

/** Each file becomes a stored one; more in one call is no form that somebody filled in. */
export const MAX_FILES = 1000
const MAX_PART_HEADER_BYTES = 16 * 1024
/** The name for a part without a name. */
const UNNAMED = 'data'

/**
 * Reads a form of parts. A field that comes more than once becomes a list; a file input with nothing chosen becomes an
 * empty text. The work grows with the body alone. Ours, because what libraries offer takes the charset of a part for
 * UTF-8, makes a file of an empty input, refuses the whole form for a part without a name, or cuts without a word.
 * @throws AppError INVALID_REQUEST, PAYLOAD_TOO_LARGE
 */
export function readMultipart(body: Buffer, boundary: string | undefined): Form {
  if (boundary === undefined || boundary === '') throw invalid('the content type names no boundary')
  const values = new Map<string, Field[]>()
  /** File inputs with nothing chosen. */
  const empty = new Set<string>()
  const files: BodyFile[] = []
  let charset: string | undefined
  for (const { head, content } of partsOf(body, boundary)) {
    const part = describe(head)
    const { name } = part
    const data = undoTransferEncoding(content, part.transferEncoding)
    if (part.fileName === '' && data.length === 0) {
      empty.add(name)
      continue
    }
    const value = contentOf(part, data, charset)
    if (name === '_charset_' && typeof value === 'string') charset = value
    const known = values.get(name)
    const field = typeof value === 'string' ? value : files.push(value) - 1
    if (files.length > MAX_FILES)
      throw new AppError('PAYLOAD_TOO_LARGE', { message: `body: holds more than ${MAX_FILES} files` })
    if (known) known.push(field)
    else values.set(name, [field])
  }
  for (const name of empty) if (!values.has(name)) values.set(name, [''])
  const fields = [...values].map(([name, all]): [string, Field | Field[]] => {
    const [only = ''] = all
    return [name, all.length === 1 ? only : all]
  })
  return { fields: Object.fromEntries(fields), files }
}

function* partsOf(body: Buffer, boundary: string): Generator<{ head: Buffer; content: Buffer }> {
  const mark = Buffer.from(`--${boundary}`, 'latin1')
  const nextMark = Buffer.from(`\r\n--${boundary}`, 'latin1')
  // The first mark may have a preamble before it.
  let at = body.subarray(0, mark.length).equals(mark) ? mark.length : after(body, nextMark, 0)
  while (at !== undefined) {
    if (body.subarray(at, at + 2).toString('latin1') === '--') return
    const start = after(body, LINE_END, at)
    if (start === undefined) break
    const end = body.indexOf(nextMark, start - LINE_END.length)
    if (end === -1) break
    yield split(body.subarray(start, Math.max(start, end)))
    at = end + nextMark.length
  }
  throw invalid('it does not end with its boundary')
}

const LINE_END = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

function after(body: Buffer, what: Buffer, from: number): number | undefined {
  const at = body.indexOf(what, from)
  return at === -1 ? undefined : at + what.length
}

function split(part: Buffer): { head: Buffer; content: Buffer } {
  // A part may have no headers at all.
  if (part.subarray(0, 2).equals(LINE_END)) return { head: part.subarray(0, 0), content: part.subarray(2) }
  const end = part.subarray(0, MAX_PART_HEADER_BYTES).indexOf(HEAD_END)
  if (end === -1) throw invalid('a part has no end of its headers, or more than 16 KB of them')
  return { head: part.subarray(0, end), content: part.subarray(end + HEAD_END.length) }
}

interface Part {
  name: string
  /** Undefined when the part is no file; empty when no file was chosen. */
  fileName: string | undefined
  contentType: string | undefined
  transferEncoding: string | undefined
}

function describe(head: Buffer): Part {
  const headers = new Map<string, string>()
  // A header may go on in a line that begins with white space.
  for (const line of decodeText(head)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const at = line.indexOf(':')
    if (at > 0) headers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim())
  }
  const disposition = parseParameters(headers.get('content-disposition') ?? '')
  const extended = extendedValue(disposition.get('filename*'))
  return {
    name: unescaped(disposition.get('name') ?? UNNAMED),
    fileName: extended ?? plainFileName(disposition.get('filename')),
    contentType: headers.get('content-type'),
    transferEncoding: headers.get('content-transfer-encoding')?.toLowerCase(),
  }
}

/** Browsers write these three signs so, and nothing else. */
const unescaped = (value: string): string =>
  value.replaceAll(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const plainFileName = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : unescaped(value)

/** `UTF-8''na%C3%AFve.txt` */
function extendedValue(value: string | undefined): string | undefined {
  const [, charset, text] = /^([\w.:-]*)'[^']*'(.*)$/s.exec(value ?? '') ?? []
  if (text === undefined) return undefined
  const latin1 = text.replaceAll(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return decodeText(Buffer.from(latin1, 'latin1'), charset || 'utf-8')
}

function undoTransferEncoding(content: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'base64') return Buffer.from(content.toString('latin1'), 'base64')
  if (encoding !== 'quoted-printable') return content
  const text = content
    .toString('latin1')
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return Buffer.from(text, 'latin1')
}

/** Bytes without a file name are text, unless their content type says otherwise and they are none. */
function contentOf(
  { name, fileName, contentType }: Part,
  data: Buffer,
  formCharset: string | undefined,
): string | BodyFile {
  const { type, parameters } = parseMediaType(contentType)
  const charset = parameters.get('charset') ?? formCharset
  if (fileName === undefined && (isTextual(type) || charset !== undefined || isUtf8(data)))
    return decodeText(data, charset)
  return { fileName: fileName || (fileName === '' ? 'file' : name), data, mimeType: type || 'application/octet-stream' }
}

const isTextual = (type: string): boolean =>
  type === '' || type.startsWith('text/') || /^application\/(.*\+)?(json|xml|x-www-form-urlencoded)$/.test(type)

const invalid = (reason: string): AppError =>
  new AppError('INVALID_REQUEST', { message: `body: is not a valid multipart form: ${reason}` })
