import { isUtf8 } from 'node:buffer'
import { AppError } from '@piecework/model/errors'
import { isTextWithinDepth, MAX_VALUE_DEPTH } from '@piecework/model/json-depth'
import { decodeText, knownCharset, withoutMark } from '@piecework/model/text/charset'
import { parseMediaType } from '@piecework/model/text/media-type'
import type { FastifyInstance } from 'fastify'
import { isGraphUrl } from './envelope.ts'
import { endlessNumber, hasFewNames, MAX_NAMES } from './strict-json.ts'

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
    if (!isTextWithinDepth(text, MAX_VALUE_DEPTH)) return done(tooDeep())
    const isStrict = isGraphUrl(request.url)
    if (isStrict && !hasFewNames(text)) return done(tooManyNames())
    parse(request, text, (error: Error | null, value?: unknown) => {
      if (error) return done(explained(error, text))
      const endless = isStrict ? endlessNumber(value) : undefined
      done(endless === undefined ? null : tooLarge(endless), value)
    })
  })
}

/** Says what stands in the way: the parser also refuses names that could change every object of the program. */
function explained(error: Error, text: string): Error {
  try {
    JSON.parse(text)
  } catch (thrown) {
    error.message = `body: is not valid JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`
    return error
  }
  return hasOddKey()
}

const notRead = (what: string): AppError =>
  new AppError('INVALID_REQUEST', { message: `body: is JSON with ${what}; send UTF-8` })
const isCompressed = (encoding: string): AppError =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: `content-encoding: ${encoding} is for calls of flows; send the body as it is`,
  })

const hasOddKey = (): AppError =>
  new AppError('INVALID_REQUEST', { message: 'body: must not have the keys __proto__ and constructor.prototype' })

const tooManyNames = (): AppError =>
  new AppError('INVALID_REQUEST', {
    message: `body: must not have more than ${MAX_NAMES} different names of fields; send lists of objects that are alike`,
  })
const tooLarge = (path: string): AppError =>
  new AppError('INVALID_REQUEST', { message: `${path}: must be a number of at most 1.79e308` })

const tooDeep = (): AppError =>
  new AppError('INVALID_REQUEST', { message: `body: must not nest deeper than ${MAX_VALUE_DEPTH} levels` })
