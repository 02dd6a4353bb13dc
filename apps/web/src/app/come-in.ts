import { client } from '../api/client.ts'
import type { Flags, Provider } from '../api/flags.ts'
import { type LetIn, letIn } from './let-in.ts'

/** The name of the window in which services ask people who they are. */
const WINDOW = 'connect'

/**
 * The person shows a provider of the platform who they are, in a window of its own. Call it from a click.
 * @throws NotLetIn, or why the server knows no address
 */
export function comeInBy(providerName: Provider, flags: Flags, platformId?: string): Promise<LetIn> {
  const { origin } = new URL(flags.redirectUrl)
  return letIn(async () => {
    if (providerName === 'saml') {
      const query = platformId === undefined ? '' : `?${new URLSearchParams({ platformId })}`
      return { address: `${location.origin}/api/v1/authn/saml/login${query}`, origin }
    }
    const query = { providerName, ...(platformId === undefined ? {} : { platformId }) }
    return { address: (await client.sso.login({ query })).loginUrl, origin }
  })
}

/** Hands a code of SAML, or why there is none, to the window that opened this one for it. @returns whether there is one */
export function handOver(answer: { code: string } | { error: string }): boolean {
  // The other window has an `Object` of its own, so it is an instance of none of ours.
  const opener: Window | null = window.opener
  if (opener === null || window.name !== WINDOW) return false
  // Only a page of this server gets it.
  opener.postMessage(answer, location.origin)
  return true
}
