const KEY = 'piecework.platform'

/** As the page was opened: the router takes away what it does not know. */
const named = new URLSearchParams(location.search).get('platform')

/**
 * The platform whose sign-in page was opened, by `?platform=` of its address; undefined for the first one. It is kept for
 * the other pages before the app, and for the way back from an identity provider.
 */
export function askedPlatform(): string | undefined {
  try {
    if (named !== null) sessionStorage.setItem(KEY, named)
    return sessionStorage.getItem(KEY) || undefined
  } catch {
    return named || undefined
  }
}
