const NAMED = /^\s*\{\{\s*connections(?:\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\.([^\s.[\]}]+))\s*\}\}\s*$/

/** How a flow names a connection. */
export const connectionText = (externalId: string): string => `{{connections['${externalId}']}}`

/** The external id of the connection that a value names. */
export function readConnection(value: unknown): string | undefined {
  const match = typeof value === 'string' ? NAMED.exec(value) : null
  return match?.[1] ?? match?.[2] ?? match?.[3]
}
