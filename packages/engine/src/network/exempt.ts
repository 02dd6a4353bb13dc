/** A host and port that may be reached whatever the address is. */
export interface Origin {
  host: string
  port: number
}

export function originOf(url: string): Origin {
  const { hostname, port, protocol } = new URL(url)
  return { host: bare(hostname), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** A host as it stands in a URL, without the brackets of IPv6. */
export const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

export function isExempt(exempt: readonly Origin[], host: string, port: number): boolean {
  for (let i = 0; i < exempt.length; i++) if (exempt[i]?.host === host && exempt[i]?.port === port) return true
  return false
}
