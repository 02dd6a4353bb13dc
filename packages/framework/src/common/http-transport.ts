import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { parseJson } from '@piecework/model/parse-json'
import { decodeDocument, decodeText, withoutMark } from '@piecework/model/text/charset'
import { type MediaType, parseMediaType } from '@piecework/model/text/media-type'
import type { Dispatcher } from 'undici'
import { EnvHttpProxyAgent, interceptors, ProxyAgent, request as undiciRequest } from 'undici'
import { encodeBody } from './http-body.ts'
import { HttpError } from './http-error.ts'
import { reasonOf, redirectsForEver } from './http-failure.ts'
import type { HttpHeaders, HttpMessageBody, HttpRequest, HttpResponse } from './http-types.ts'
import { TypedHeaders } from './typed-headers.ts'

const MAX_REDIRECTS = 20
/** Distinct proxies kept open at once. */
const MAX_PROXIES = 20

/** A small answer must not be able to unpack into all memory. */
const MAX_DECOMPRESSED_BYTES = 512 * 1024 * 1024
const DECODERS: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

let environmentDispatcher: Dispatcher | undefined
const proxyDispatchers = new Map<string, Dispatcher>()

/** One attempt. Heavy to load: import it lazily. */
export async function send(request: HttpRequest<unknown>, url: URL, given: HttpHeaders): Promise<HttpResponse> {
  const headers = new TypedHeaders(given)
  const body = encodeBody(request, headers)
  let answer: { status: number; headers: HttpHeaders; bytes: Buffer }
  try {
    const response = await undiciRequest(url, {
      method: request.method,
      headers: headers.toMap(),
      body,
      dispatcher: dispatcherOf(request),
      // The signal is the only clock: a caller that sets no limit gets none, the run has its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(request.timeout ? { signal: AbortSignal.timeout(request.timeout) } : {}),
    })
    const raw = Buffer.from(await response.body.arrayBuffer())
    answer = {
      status: response.statusCode,
      headers: response.headers,
      bytes: await decompress(raw, response.headers['content-encoding']),
    }
  } catch (error) {
    throw new HttpError(request.body, {
      status: 500,
      body: reasonOf(error, request, url),
      cause: error,
      isAnswer: false,
    })
  }
  const isError = answer.status >= 400 || (answer.status >= 300 && request.followRedirects !== false)
  if (isError && answer.status < 400 && answer.headers.location !== undefined)
    throw new HttpError(request.body, { status: answer.status, body: redirectsForEver(url), isAnswer: false })
  // Whatever was asked for, what a service says of an error is text.
  const content = decode(answer, isError ? 'json' : (request.responseType ?? 'json'))
  if (isError) {
    throw new HttpError(request.body, { status: answer.status, body: content, headers: answer.headers })
  }
  return { status: answer.status, headers: answer.headers, body: content }
}

function dispatcherOf(request: HttpRequest<unknown>): Dispatcher {
  const base = request.proxy === undefined ? byEnvironment() : byProxy(request.proxy)
  if (request.followRedirects === false) return base
  return base.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }))
}

function byEnvironment(): Dispatcher {
  environmentDispatcher ??= new EnvHttpProxyAgent()
  return environmentDispatcher
}

function byProxy(url: string): Dispatcher {
  const known = proxyDispatchers.get(url)
  if (known) return known
  if (proxyDispatchers.size >= MAX_PROXIES) {
    for (const dispatcher of proxyDispatchers.values()) void dispatcher.close()
    proxyDispatchers.clear()
  }
  const dispatcher = new ProxyAgent(url)
  proxyDispatchers.set(url, dispatcher)
  return dispatcher
}

/** Encodings are listed in the order in which they were applied. */
async function decompress(bytes: Buffer, encodings: string | string[] | undefined): Promise<Buffer> {
  const names = String(encodings ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  let result = bytes
  for (const name of names.reverse()) {
    const decoder = DECODERS[name]
    if (decoder && result.length > 0) result = await decoder(result, { maxOutputLength: MAX_DECOMPRESSED_BYTES })
  }
  return result
}

interface Answer {
  bytes: Buffer
  headers: HttpHeaders
}

/** JSON that does not parse stays text, as a service that answers HTML to an error needs it. */
function decode({ bytes, headers }: Answer, type: NonNullable<HttpRequest['responseType']>): HttpMessageBody {
  if (type === 'arraybuffer') return bytes
  if (type === 'blob') return new Blob([new Uint8Array(bytes)])
  const text = withoutMark(textOf(bytes, parseMediaType(String(headers['content-type'] ?? ''))))
  if (type === 'text' || text === '') return text
  return parseJson(text, text)
}

/** An XML document names its own charset, and the first bytes of a JSON text show it. */
function textOf(bytes: Buffer, { type, parameters }: MediaType): string {
  const isDocument = /[/+](xml|json)$/.test(type)
  return (isDocument ? decodeDocument : decodeText)(bytes, parameters.get('charset'))
}
