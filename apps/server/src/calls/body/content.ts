import { AppError } from '@piecework/model/errors'
import { isTextWithinDepth, MAX_JSON_DEPTH } from '@piecework/model/json-depth'
import { decodeDocument, decodeText, knownCharset, withoutMark } from '@piecework/model/text/charset'
import type { MediaType } from '@piecework/model/text/media-type'
import { parseXml } from '@piecework/model/text/xml'
import { parseFields } from '../../http/fields.ts'
import { type Form, readMultipart } from './multipart.ts'

/** The content of a body, read by its content type. */
export type Content =
  /** `text` is the body as it came, in letters. */
  | { kind: 'value'; value: unknown; text: string }
  | ({ kind: 'form' } & Form)
  /** Bytes that the flow gets as a stored file. */
  | { kind: 'file' }

type Reader = (bytes: Buffer, media: MediaType) => Content

/** @returns the reader for bodies of a type; undefined for those that the flow gets as a file. */
function readerOf(type: string): Reader | undefined {
  if (type === 'multipart/form-data')
    return (bytes, { parameters }) => ({ kind: 'form', ...readMultipart(bytes, parameters.get('boundary')) })
  if (type === 'application/json' || type.endsWith('+json'))
    return (bytes, media) => read(decodeDocument(bytes, charsetOf(media)), readJson)
  if (type === 'application/x-www-form-urlencoded') return (bytes, media) => readForm(bytes, charsetOf(media))
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml'))
    return (bytes, media) => read(decodeDocument(bytes, charsetOf(media)), readXml)
  if (type === '' || type.startsWith('text/'))
    return (bytes, media) => read(decodeText(bytes, charsetOf(media)), (text) => text)
  return undefined
}

/** The signs of a form are single bytes in all charsets but UTF-16. */
function readForm(bytes: Buffer, label: string | undefined): Content {
  const text = decodeText(bytes, label)
  const charset = knownCharset(label)
  const isWide = charset?.startsWith('utf-16') === true
  const letters = isWide || text.startsWith('\ufeff') ? Buffer.from(withoutMark(text)) : bytes
  return { kind: 'value', value: parseFields(letters.toString('latin1'), isWide ? 'utf-8' : charset), text }
}

const charsetOf = ({ parameters }: MediaType): string | undefined => parameters.get('charset')

/** Whether bodies of this type are handed on as they are. */
export const isFile = ({ type }: MediaType): boolean => readerOf(type) === undefined

/**
 * @param bytes without a content encoding
 * @throws AppError INVALID_REQUEST for a body that is not what its content type says.
 */
export const readContent: Reader = (bytes, media) => readerOf(media.type)?.(bytes, media) ?? { kind: 'file' }

const read = (text: string, reader: (text: string) => unknown): Content => ({
  kind: 'value',
  value: reader(withoutMark(text)),
  text,
})

function readJson(text: string): unknown {
  if (!isTextWithinDepth(text)) throw invalid(`nests deeper than ${MAX_JSON_DEPTH} levels`)
  return attempt(() => JSON.parse(text), 'is not valid JSON')
}

const readXml = (text: string): unknown => attempt(() => parseXml(text), 'is not valid XML')

function attempt(work: () => unknown, complaint: string): unknown {
  try {
    return work()
  } catch (error) {
    throw invalid(`${complaint}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const invalid = (complaint: string): AppError => new AppError('INVALID_REQUEST', { message: `body: ${complaint}` })
