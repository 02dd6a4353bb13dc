import type { HttpRequest } from './http-types.ts'

/** The reason why a request got no answer, by the code of the error; each follows the name of the host. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: nothing listens there',
  ECONNRESET: 'closed the connection before it answered',
  EPIPE: 'closed the connection before it answered',
  UND_ERR_SOCKET: 'closed the connection before it answered',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ENOTFOUND: 'is not a name that DNS knows',
  EAI_AGAIN: 'could not be looked up: DNS does not answer',
  ETIMEDOUT: 'did not accept the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that nobody vouches for',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that nobody vouches for',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate that nobody vouches for',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
}

/** Whether the request ran out of its time. */
export const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError'

/** @returns a sentence that names the host and what went wrong */
export function reasonOf(error: unknown, request: HttpRequest<unknown>, url: URL): string {
  if (isTimeout(error)) return `No answer within ${request.timeout} ms`
  const reasons = error instanceof AggregateError ? error.errors : [error]
  return [...new Set(reasons.map((one) => reasonOfOne(one, url)))].join('; ')
}

export const redirectsForEver = (url: URL): string => `${url.host} redirects in a circle, or too often`

function reasonOfOne(error: unknown, url: URL): string {
  const reason = error instanceof Error ? error.message : String(error)
  if (/redirect/i.test(reason)) return redirectsForEver(url)
  // The proxy's own words are lost with the tunnel.
  if (reason.startsWith('Proxy response (403)')) return `${reason}. ${REFUSED_BY_PROXY}`
  const words = BY_CODE[codeOf(error) ?? '']
  return words === undefined ? reason : `${url.host} ${words} (${reason})`
}

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const REFUSED_BY_PROXY =
  'The proxy refused the connection; with AP_NETWORK_MODE=STRICT, addresses that are not public need AP_SSRF_ALLOW_LIST.'
