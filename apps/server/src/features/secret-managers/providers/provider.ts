import type { Outbound } from '../../../http/outbound.ts'

/** One kind of secret manager. Errors say for people what went wrong, without secrets. */
export interface Provider<C> {
  /** Whether it lets the server in. @throws Error why it does not */
  check(outbound: Outbound, config: C): Promise<void>
  /** @throws Error when there is no such secret, or it may not be read */
  read(outbound: Outbound, config: C, path: string): Promise<string>
}

export const TIMEOUT_MS = 10_000
/** Secrets are short. */
export const MAX_BYTES = 1024 * 1024
const MAX_REASON_LENGTH = 200

/** The body of a successful answer. @throws Error with the status and the beginning of what was answered */
export async function textOf(answer: Response, what: string): Promise<string> {
  const text = await answer.text()
  if (answer.ok) return text
  const reason = text.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON_LENGTH)
  throw new Error(`${what} failed with status ${answer.status}${reason === '' ? '' : `: ${reason}`}`)
}

/** An address below another; both may have slashes where they meet. */
export const below = (url: string, path: string): string => `${url.replace(/\/+$/, '')}/${path}`
