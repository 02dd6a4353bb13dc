import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { AppError } from '@piecework/model/errors'

type Options = { maxOutputLength: number }
type Decoder = (bytes: Buffer, options: Options) => Buffer

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateAny,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

/** Some senders leave out the frame that the standard wants. */
function inflateAny(bytes: Buffer, options: Options): Buffer {
  const [first = 0, second = 0] = bytes
  const isFramed = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
  return isFramed ? inflateSync(bytes, options) : inflateRawSync(bytes, options)
}

/** A body may be compressed more than once, and no sender does it more often than this. */
const MAX_ENCODINGS = 4

/** The names in a `Content-Encoding` header, in the order in which they were applied. */
export function contentEncodings(header: string | undefined): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '' && name !== 'identity')
}

/**
 * Undoes the content encodings of a body.
 * @param limitBytes of what comes out, at each stage
 * @throws AppError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_REQUEST
 */
export function decompress(bytes: Buffer, encodings: readonly string[], limitBytes: number): Buffer {
  const decoders = encodings.map((name) => ({
    name,
    decode: Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined,
  }))
  const unknown = decoders.find(({ decode }) => decode === undefined)
  if (unknown || encodings.length > MAX_ENCODINGS)
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
      message: `content-encoding: ${unknown?.name ?? encodings.join(', ')} is not supported; send gzip, deflate, br or zstd, or none`,
    })
  return decoders.reduceRight((data, { name, decode }) => {
    try {
      return decode?.(data, { maxOutputLength: limitBytes }) ?? data
    } catch (error) {
      if (error instanceof RangeError)
        throw new AppError('PAYLOAD_TOO_LARGE', {
          message: `body: is larger than ${limitBytes} bytes after decompression`,
        })
      throw new AppError('INVALID_REQUEST', {
        message: `body: is not ${name} data, as content-encoding says: ${error instanceof Error ? error.message : error}`,
      })
    }
  }, bytes)
}
