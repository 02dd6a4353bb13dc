import type { Outbound } from '../../http/outbound.ts'
import { signatureHeaders } from '../../http/webhook-signature.ts'

export interface Message {
  url: string
  /** The same for each attempt at one event. */
  id: string
  body: string
  secret: string
  headers: Readonly<Record<string, string>>
  timeoutMs: number
  signal?: AbortSignal
}

/** How an attempt went. `error` is null when the receiver has taken the event. */
export interface Attempt {
  status: number | null
  error: string | null
  /** The receiver asks to wait so long. */
  retryAfterMs?: number
}

/** Answers are not read for anything but the reason of a refusal. */
const MAX_ANSWER_BYTES = 16 * 1024
const MAX_REASON_LENGTH = 300

/** Sends an event once. A redirect is no answer: an event goes to the address that an administrator gave. */
export async function sendEvent(outbound: Outbound, message: Message): Promise<Attempt> {
  const { url, id, body, secret, headers, timeoutMs, signal } = message
  try {
    const answer = await outbound(url, {
      method: 'POST',
      // Ours come last: nobody can take their place.
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...signatureHeaders(secret, { id, body, at: new Date() }),
      },
      body,
      timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      cutsBody: true,
      redirect: 'manual',
      ...(signal && { signal }),
    })
    const { status } = answer
    if (answer.ok) return { status, error: null }
    const reason = (await answer.text()).trim().slice(0, MAX_REASON_LENGTH)
    const retryAfterMs = retryAfterOf(answer.headers.get('retry-after'))
    const said = reason === '' ? '' : `: ${reason}`
    return {
      status,
      error: `the receiver answered with status ${status}${said}`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  } catch (error) {
    return { status: null, error: error instanceof Error ? error.message : String(error) }
  }
}

/** `Retry-After` in milliseconds; only its form in seconds is in use (RFC 9110, section 10.2.3). */
function retryAfterOf(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined
}
