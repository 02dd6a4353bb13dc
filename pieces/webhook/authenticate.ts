import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface AuthenticatedRequest {
  /** Names in any case. */
  headers: Record<string, string | string[] | undefined>
  /** The bytes of the body as they came: a signature covers these, not what was parsed from them. */
  rawBody?: string | Uint8Array | undefined
}

const ALGORITHMS = new Set(['sha256', 'sha1', 'sha512'])

/**
 * Whether a call may start the flow, by the settings of the webhook trigger (docs/webhooks.md, Authentication).
 * Settings that are incomplete or unknown let nobody in. Secrets are compared in constant time.
 */
export function authenticate(authType: unknown, authFields: unknown, request: AuthenticatedRequest): boolean {
  if (authType === undefined || authType === null || authType === 'none') return true
  const fields: Record<string, unknown> = { ...(typeof authFields === 'object' ? authFields : {}) }
  if (authType === 'basic') return basicMatches(fields, header(request, 'authorization'))
  if (authType === 'header') return headerMatches(fields, request)
  if (authType === 'hmac') return signatureMatches(fields, request)
  return false
}

function basicMatches(fields: Record<string, unknown>, sent: string | undefined): boolean {
  const username = text(fields.username)
  const password = text(fields.password)
  const encoded = /^basic +([^ ]+)$/i.exec(sent?.trim() ?? '')?.[1]
  if (username === undefined || password === undefined || encoded === undefined) return false
  return same(Buffer.from(encoded, 'base64').toString('utf8'), `${username}:${password}`)
}

function headerMatches(fields: Record<string, unknown>, request: AuthenticatedRequest): boolean {
  const name = text(fields.headerName)
  const expected = text(fields.headerValue)
  if (!name || !expected) return false
  const sent = header(request, name)
  return sent !== undefined && same(sent, expected)
}

function signatureMatches(fields: Record<string, unknown>, request: AuthenticatedRequest): boolean {
  const secret = text(fields.hmacSecret)
  const algorithm = text(fields.hmacAlgorithm) ?? 'sha256'
  const encoding = text(fields.hmacEncoding) ?? 'hex'
  const prefix = text(fields.hmacSignaturePrefix) ?? ''
  const sent = header(request, text(fields.hmacHeaderName) || 'x-signature')?.trim()
  if (!secret || !ALGORITHMS.has(algorithm) || (encoding !== 'hex' && encoding !== 'base64')) return false
  if (sent === undefined || request.rawBody === undefined || !sent.startsWith(prefix)) return false
  const expected = createHmac(algorithm, secret).update(request.rawBody).digest(encoding)
  const signature = sent.slice(prefix.length)
  return same(encoding === 'hex' ? signature.toLowerCase() : signature, expected)
}

function header(request: AuthenticatedRequest, name: string): string | undefined {
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(request.headers)) {
    if (key.toLowerCase() === wanted) return Array.isArray(value) ? value[0] : value
  }
  return undefined
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : undefined
}

/** Equal texts; digests make the lengths equal, which the comparison needs. */
function same(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(a), digest(b))
}
