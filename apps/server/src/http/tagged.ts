import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

const compress = promisify(gzip)
/** Below it, compressing costs more than it spares. */
const COMPRESSED_FROM_BYTES = 16 * 1024

/** JSON that is ready to be sent, with the tag by which clients ask whether theirs is still the same. */
export class TaggedJson {
  readonly body: Buffer
  readonly etag: string
  readonly #isKept: boolean
  #zipped: Promise<Buffer> | undefined

  /** @param options isKept: it is sent many times, so that compressing it once is worth the while. */
  constructor(value: unknown, { isKept = false } = {}) {
    this.body = Buffer.from(JSON.stringify(value))
    // Weak: the same whether it is compressed or not.
    this.etag = `W/"${createHash('sha1').update(this.body).digest('base64url')}"`
    this.#isKept = isKept
  }

  get isCompressible(): boolean {
    return this.#isKept && this.body.byteLength >= COMPRESSED_FROM_BYTES
  }

  zipped(): Promise<Buffer> {
    this.#zipped ??= compress(this.body)
    return this.#zipped
  }
}

/** Sends it, or 304 to a client that has it. What callers see differs, so no cache may share it. */
export async function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  json: TaggedJson,
): Promise<FastifyReply> {
  const { etag, body, isCompressible } = json
  const { 'if-none-match': known, 'accept-encoding': accepted } = request.headers
  reply.headers({ etag, 'cache-control': 'private, no-cache', vary: 'authorization, accept-encoding' })
  const tags = known?.split(',').map((tag) => tag.trim())
  if (tags?.includes(etag) || tags?.includes('*')) return reply.code(304).send()
  reply.code(status).type('application/json; charset=utf-8')
  if (!isCompressible || !/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(accepted ?? ''))) return reply.send(body)
  return reply.header('content-encoding', 'gzip').send(await json.zipped())
}
