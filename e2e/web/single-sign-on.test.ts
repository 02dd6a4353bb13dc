import { startOidcProvider } from '@piecework/server/testing/identity-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeOf, startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

const ACCOUNTS = {
  grace: { email: 'grace@example.com', email_verified: true, given_name: 'Grace', family_name: 'Hopper' },
  mallory: { email: 'mallory@example.com', email_verified: false },
}

let app: TestApp
let provider: Awaited<ReturnType<typeof startOidcProvider>>

beforeAll(async () => {
  const home = await homeOf()
  provider = await startOidcProvider(`${home.AP_FRONTEND_URL}/redirect`, ACCOUNTS)
  app = await startApp({ ...home, AP_SSRF_ALLOW_LIST: '127.0.0.1', AP_SSO_ALLOW_HTTP: 'true' })
  const { api, session } = await app.owner()
  const oidc = { ...provider.client, issuer: provider.url }
  await api.platforms.update({ params: { id: String(session.platformId) }, body: { federatedAuthProviders: { oidc } } })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await provider?.close()
})

/** A browser in which this person signs in at the provider. */
async function signInAs(account: keyof typeof ACCOUNTS) {
  provider.become(account)
  const visit = await app.visit('/runs')
  await visit.page.getByRole('button', { name: 'Continue with single sign-on' }).click()
  return visit
}

test('a person of the identity provider is let in to the page that they asked for, in a window of the provider', async () => {
  const visit = await signInAs('grace')
  await visit.page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  const { api } = await app.owner()
  const { data } = await api.users.list({ query: {} })
  expect(data.find(({ email }) => email === 'grace@example.com')).toMatchObject({ firstName: 'Grace' })
  await visit.end()
})

test('a person whom the server does not let in reads the reason', async () => {
  const visit = await signInAs('mallory')
  visit.expectProblem(/^answered 400: POST .*\/federated\/claim$/)
  await visit.page.getByText('has not verified the address mallory@example.com').waitFor()
  await expectAccessible(visit.page)
  await visit.end()
})

test('a code of an identity provider that is none says why, and leads back to the sign-in', async () => {
  const visit = await app.visit('/authenticate?providerName=saml&code=nonsense')
  const { page } = visit
  visit.expectProblem(/^answered 400: POST .*\/federated\/claim$/)
  await page.getByText('Your organization let you in, but this server did not.').waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Back to sign-in' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await visit.end()
})
