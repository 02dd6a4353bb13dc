/** Our own address may be a receiver where a flow takes events. */
const OWN_WEBHOOK = /^\/api\/v1\/webhooks\/([^/]+)/

interface Rules {
  /** Our own address: AP_FRONTEND_URL. */
  publicUrl: string
  allowsHttp: boolean
}

/** @returns the reason why an address may not be a receiver; undefined for one that may. */
export function refusalOf(url: URL, { publicUrl, allowsHttp }: Rules): string | undefined {
  if (url.username !== '' || url.password !== '')
    return 'the URL must have no user name and password: give them as a header'
  if (url.host === new URL(publicUrl).host)
    return OWN_WEBHOOK.test(url.pathname)
      ? undefined
      : 'the URL must be of another host, or the webhook URL of a flow: this server takes no events elsewhere'
  if (url.protocol === 'http:' && !allowsHttp)
    return 'the URL must begin with https://: over http:// others can read the events (AP_EVENT_DESTINATIONS_ALLOW_HTTP)'
  return undefined
}

/** @returns the id of the flow of this server that an address calls; undefined for other addresses. */
export function ownFlowOf(url: URL, ownHost: string): string | undefined {
  return url.host === ownHost ? OWN_WEBHOOK.exec(url.pathname)?.[1] : undefined
}
