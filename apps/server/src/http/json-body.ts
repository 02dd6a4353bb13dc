import { isUtf8 } from 'node:buffer'
import { AppError } from '@piecework/model/errors'
import { isTextWithinDepth, MAX_VALUE_DEPTH } from '@piecework/model/json-depth'
import { decodeText, knownCharset, withoutMark } from '@piecework/model/text/charset'
import { parseMediaType } from '@piecework/model/text/media-type'
import type { FastifyInstance } from 'fastify'

/** Bodies of a type that is JSON. Many clients name the type on requests without a body, too. */
export function acceptJson(app: FastifyInstance, type = 'application/json'): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body)
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (bytes.length === 0) return done(null, undefined)
    if (encoding !== 'identity') return done(isCompressed(encoding))
    const charset = parseMediaType(request.headers['content-type']).parameters.get('charset')
    if (charset !== undefined && knownCharset(charset) === undefined) return done(notRead(`charset ${charset}`))
    if (knownCharset(charset ?? 'utf-8') === 'utf-8' && !isUtf8(bytes))
      return done(notRead('letters that are no UTF-8'))
    const text = withoutMark(decodeText(bytes, charset))
    if (!isTextWithinDepth(text, MAX_VALUE_DEPTH)) done(tooDeep())
    else
      parse(request, text, (error: Error | null, value?: unknown) =>
        error && isJson(text) ? done(hasOddKey()) : done(error, value),
      )
  })
}

const notRead = (what: string): AppError =>
  new AppError('INVALID_REQUEST', { message: `body: is JSON with ${what}; send UTF-8` })
const isCompressed = (encoding: string): AppError =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `content-encoding: ${encoding} is for calls of flows; send the body as it is`,
  })

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const hasOddKey = (): AppError =>
  new AppError('INVALID_REQUEST', { message: 'body: must not have the keys __proto__ and constructor.prototype' })

const tooDeep = (): AppError =>
  new AppError('INVALID_REQUEST', { message: `body: must not nest deeper than ${MAX_VALUE_DEPTH} levels` })
