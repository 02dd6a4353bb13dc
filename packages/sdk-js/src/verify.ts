import { VerificationError } from './errors.ts'
import type { Webhook } from './types.ts'

/** A message of a webhook. */
export interface WebhookEvent {
  /** The same in each attempt, so that a message that was seen already can be left alone. */
  id: string
  type: Webhook['events'][number]
  created_at: string
  project_id: string
  data: Record<string, unknown>
}

type HeaderBag = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

export interface VerifyOptions {
  /** How old a message may be, in seconds. The default is 300. */
  tolerance?: number
}

const TOLERANCE_SECONDS = 300
const PREFIX = 'whsec_'

/**
 * Reads a message of a webhook when it is signed with its secret, as Standard Webhooks says.
 * @param body the bytes or the text of the request, as they came: not parsed and written again
 * @throws VerificationError when the signature is of another secret or body, or the message is too old
 */
export async function verify(
  body: string | Uint8Array,
  headers: HeaderBag,
  secret: string,
  { tolerance = TOLERANCE_SECONDS }: VerifyOptions = {},
): Promise<WebhookEvent> {
  if (typeof secret !== 'string' || secret === '') throw new TypeError('The secret of the webhook is required')
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError('The body must be the text or the bytes of the request, before anything has read it as JSON')
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  if (!id || !timestamp || !signatures)
    throw new VerificationError('The headers webhook-id, webhook-timestamp and webhook-signature are required')
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  if (!(Math.abs(Date.now() / 1000 - seconds) <= tolerance))
    throw new VerificationError(`The message is more than ${tolerance} seconds old, or from the future`)
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const content = new TextEncoder().encode(`${id}.${timestamp}.`)
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = new Uint8Array(content.length + bytes.length)
  signed.set(content)
  signed.set(bytes, content.length)
  const key = await crypto.subtle.importKey('raw', keyOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  for (const one of signatures.split(' ').slice(0, MOST_SIGNATURES)) {
    const signature = one.startsWith('v1,') ? bytesOf(one.slice(3)) : undefined
    // The comparison takes the same time wherever they differ.
    if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return JSON.parse(text)
  }
  throw new VerificationError('The message is not signed with this secret')
}

const MOST_SIGNATURES = 10

function headerOf(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
  return typeof value === 'string' ? value : value?.[0]
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith(PREFIX) ? bytesOf(secret.slice(PREFIX.length)) : undefined
  return bytes ?? new TextEncoder().encode(secret)
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}
