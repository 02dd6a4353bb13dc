import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { parseMediaType } from '@piecework/model/text/media-type'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ProjectActor } from '../access/actor.ts'
import { type Content, isFile, readContent } from './body/content.ts'
import { contentEncodings } from './body/decompress.ts'
import { type BodyFile, mapFields } from './body/multipart.ts'
import { readApart } from './body/reader.ts'
import type { ThreadContent } from './body/thread.ts'
import { JsonText } from './json-text.ts'

/** The payload that a webhook call gives to the trigger (docs/webhooks.md, "The trigger's output"). */
export interface WebhookPayload {
  method: string
  headers: Record<string, unknown>
  queryParams: Record<string, unknown>
  /** A value; `JsonText` when the body is large. */
  body: unknown
  /** The body as it came, when it is text; a byte order mark included. */
  rawBody?: string | JsonText
}

export interface ReadCall {
  payload: WebhookPayload
  /** The body without its content encoding: what a signature covers. */
  bytes: Buffer | undefined
}

/** Stores a file that came with a call; resolves to the URL from which flows read it. */
export type SaveFile = (file: BodyFile) => Promise<string>

/** The same, for files of any flow: nobody has to be known to call one, so the server saves them. */
export type SaveFlowFile = (actor: ProjectActor, file: BodyFile & { flowId: string }) => Promise<string>

/** Content types that are none, by the request that names them: the framework would refuse the call. */
const oddContentTypes = new WeakMap<object, string>()

/** Hands the bodies of a scope's routes on as the bytes that they are, whatever their content type. */
export function takeAnyBody(scope: FastifyInstance, limitBytes: number): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limitBytes }, (_request, body, done) =>
    done(null, body),
  )
  scope.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw
    const contentType = headers['content-type']
    if (contentType !== undefined && !MEDIA_TYPE.test(contentType)) {
      oddContentTypes.set(request.raw, contentType)
      delete headers['content-type']
    }
    done()
  })
}

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/

/** Larger bodies, and compressed ones, are read apart from the event loop. */
const READ_APART_BYTES = 64 * 1024

/**
 * Reads a call by its content type: JSON, forms, XML and text become values, files and other bytes are stored.
 * @throws AppError INVALID_REQUEST for a body that is not what its content type says, UNSUPPORTED_MEDIA_TYPE for a
 * content encoding that cannot be undone, PAYLOAD_TOO_LARGE for a body that is too large without it.
 */
export async function readPayload(request: FastifyRequest, save: SaveFile): Promise<ReadCall> {
  const headers = headersOf(request.raw)
  const contentType = headers['content-type']
  const head = {
    method: request.method,
    headers,
    queryParams: request.query as Record<string, unknown>,
  }
  const sent = request.body
  if (!Buffer.isBuffer(sent) || sent.length === 0) return { payload: { ...head, body: {} }, bytes: undefined }
  const media = parseMediaType(contentType)
  const encodings = contentEncodings(request.headers['content-encoding'])
  const isLarge = sent.length > READ_APART_BYTES && !isFile(media)
  const { content, bytes = sent } =
    isLarge || encodings.length > 0
      ? await readApart(
          {
            bytes: sent,
            contentType,
            encodings,
            limitBytes: request.routeOptions.bodyLimit ?? sent.length,
          },
          Object.values(Object(request.params)).join('/'),
        )
      : { content: readContent(sent, media) }
  const data = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = await withFiles(content, save, { data, mimeType: media.type })
  return { payload: { ...head, ...read }, bytes: data }
}

/** The headers of a call as they were sent, with those that Node.js or the framework do not show. */
function headersOf(request: IncomingMessage): IncomingHttpHeaders {
  const odd = oddContentTypes.get(request)
  const { headers, rawHeaders } = request
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.length === 9 && /^__proto__$/i.test(name))
  if (odd === undefined && at === -1) return headers
  const all = odd === undefined ? { ...headers } : { ...headers, 'content-type': odd }
  // An assignment would set the prototype.
  if (at !== -1)
    Object.defineProperty(all, '__proto__', { value: rawHeaders[at + 1], enumerable: true, configurable: true })
  return all
}

/** Stores the files of a body, and puts their URLs where they were. */
async function withFiles(
  content: Content | ThreadContent,
  save: SaveFile,
  whole: Pick<BodyFile, 'data' | 'mimeType'>,
): Promise<Pick<WebhookPayload, 'body' | 'rawBody'>> {
  if (content.kind === 'file')
    return { body: { fileUrl: await save({ ...whole, fileName: `file.${extension(whole.mimeType)}` }) } }
  if (content.kind === 'value') return { body: content.value, rawBody: content.text }
  if (content.kind === 'json') return { body: new JsonText(content.value), rawBody: new JsonText(content.text) }
  const urls: string[] = []
  for (const file of content.files) urls.push(await save(file))
  if (content.kind === 'form')
    return { body: mapFields(content.fields, (field) => (typeof field === 'number' ? urls[field] : field)) }
  const { texts, slots } = content
  const parts = texts.map((text, index) => {
    const slot = slots[index]
    return slot === undefined ? text : text + JSON.stringify(urls[slot])
  })
  return { body: new JsonText(parts.join('')) }
}

const extension = (mimeType: string): string => /\/([a-z0-9]+)$/.exec(mimeType)?.[1] ?? 'bin'
