import { client } from '../api/client.ts'
import type { Flags, Provider } from '../api/flags.ts'
import type { TestSignIn } from '../api/test-sign-in.ts'
import { letIn } from './let-in.ts'

/**
 * An administrator goes through the sign-in of a provider in a window of its own, which lets nobody in. Call it from a
 * click.
 * @throws NotLetIn, or why the server knows no address
 */
export async function testSignIn(providerName: Provider, { redirectUrl }: Flags): Promise<TestSignIn> {
  const { origin } = new URL(redirectUrl)
  const answer = await letIn(async () => ({
    address: (await client.sso.beginTest({ body: { providerName } })).loginUrl,
    origin,
  }))
  return client.sso.endTest({ body: { providerName, ...answer } })
}
