/** A host and port that may always be reached. */
export interface Origin {
  host: string
  port: number
}

export function originOf(url: string): Origin {
  const { hostname, port, protocol } = new URL(url)
  return { host: withoutBrackets(hostname), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** A host of a URL, without the brackets of IPv6. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

export function isExempt(exempt: readonly Origin[], host: string, port: number): boolean {
  for (let i = 0; i < exempt.length; i++) if (exempt[i]?.host === host && exempt[i]?.port === port) return true
  return false
}
