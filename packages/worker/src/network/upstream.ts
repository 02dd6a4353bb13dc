/** The proxy that the operator has for ways out, as the usual variables name it. */
export interface Upstream {
  http: string | undefined
  https: string | undefined
  /** As in NO_PROXY: hosts that are reached without it. */
  except: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case.
 * @returns undefined when no proxy is named
 * @throws Error when a value is not a URL of an HTTP proxy
 */
export function upstreamOf(env: Environment): Upstream | undefined {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined
  const http = read('HTTP_PROXY')
  const https = read('HTTPS_PROXY') ?? http
  if (http === undefined && https === undefined) return undefined
  for (const value of [http, https]) {
    const url = value === undefined ? undefined : URL.parse(value)
    if (value !== undefined && url?.protocol !== 'http:' && url?.protocol !== 'https:')
      throw new Error('HTTP_PROXY and HTTPS_PROXY must be URLs that begin with http:// or https://')
  }
  return { http, https, except: read('NO_PROXY') ?? '' }
}

/** The proxy for a target; undefined where it is to be reached directly. */
export function proxyFor(upstream: Upstream | undefined, scheme: 'http' | 'https', host: string, port: number) {
  const proxy = upstream?.[scheme]
  return proxy === undefined || isExcepted(upstream?.except ?? '', host, port) ? undefined : new URL(proxy)
}

function isExcepted(except: string, host: string, port: number): boolean {
  return except
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? []
      if (onlyPort !== undefined && Number(onlyPort) !== port) return false
      const suffix = name.replace(/^\*?\./, '')
      return host === suffix || host.endsWith(`.${suffix}`)
    })
}

/** The variables with which engine processes go through a proxy: their clients, and Node's own, read them. */
export function proxyEnvironment({ http, https, except }: Upstream): Record<string, string> {
  const values = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: except }
  const env: Record<string, string> = { NODE_USE_ENV_PROXY: '1' }
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    env[name] = value
    env[name.toLowerCase()] = value
  }
  return env
}
