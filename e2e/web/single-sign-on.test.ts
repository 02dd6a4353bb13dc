import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startDns } from '@piecework/server/testing/dns'
import { startOidcProvider } from '@piecework/server/testing/identity-provider'
import { startSamlProvider } from '@piecework/server/testing/saml-provider'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { homeOf, startApp, type TestApp } from './support/app.ts'
import { OWNER } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

const ACCOUNTS = {
  ada: { email: OWNER.email, email_verified: true },
  grace: { email: 'grace@example.com', email_verified: true, given_name: 'Grace', family_name: 'Hopper' },
  mallory: { email: 'mallory@example.com', email_verified: false },
}

let app: TestApp
let dns: Awaited<ReturnType<typeof startDns>>
let provider: Awaited<ReturnType<typeof startOidcProvider>>

beforeAll(async () => {
  const home = await homeOf()
  provider = await startOidcProvider(`${home.AP_FRONTEND_URL}/redirect`, ACCOUNTS)
  dns = await startDns()
  app = await startApp({
    ...home,
    ...{ AP_SSRF_ALLOW_LIST: '127.0.0.1', AP_SSO_ALLOW_HTTP: 'true', AP_DNS_SERVERS: dns.address },
  })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await provider?.close()
  dns?.close()
})

/** A browser in which this person signs in at the provider. */
async function signInAs(account: keyof typeof ACCOUNTS) {
  provider.become(account)
  const visit = await app.visit('/runs')
  await visit.page.getByRole('button', { name: 'Continue with single sign-on' }).click()
  return visit
}

/**
 * The page of a SAML identity provider, which asks nothing: it sends the browser on with the answer about somebody.
 * @param answers the request that it answers, when it is another one than was asked
 */
async function startSamlPage(acs: string, email: string, answers?: string) {
  const idp = await startSamlProvider()
  const server = createServer(async (request, response) => {
    const id = answers ?? /\sID="([^"]+)"/.exec(idp.requestIn(`http://127.0.0.1${request.url}`))?.[1] ?? ''
    const xml = await idp.answer(id, email, { recipient: acs, destination: acs })
    response.setHeader('content-type', 'text/html').end(`<link rel="icon" href="data:,">
      <form method="post" action="${acs}"><input name="SAMLResponse" value="${Buffer.from(xml).toString('base64')}"></form>
      <script>document.forms[0].submit()</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const entryPoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sso`
  return { ...idp, entryPoint, metadata: idp.metadata.replace(idp.entryPoint, entryPoint) }
}

test('an administrator sets a provider up, which the server asks whether it answers', async () => {
  const visit = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  const { page } = visit
  visit.expectProblem(/^answered 400: POST .*\/federated\/test/)
  await page.getByText('Set up a provider before you switch passwords off').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Set up OpenID Connect' }).click()
  const sheet = page.getByRole('dialog')
  expect(await sheet.getByLabel('Redirect address').inputValue()).toBe(`${app.origin}/redirect`)
  await page.getByRole('button', { name: 'Save' }).last().click()
  await page.getByText('Fill this in').first().waitFor()
  await page.getByLabel('Issuer').fill(`${provider.url}/nowhere`)
  await page.getByLabel('Client id').fill(provider.client.clientId)
  await page.getByLabel('Client secret').fill(provider.client.clientSecret)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save' }).last().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  const acts = page.getByRole('button', { name: 'Actions for OpenID Connect' })
  await acts.click()
  await page.getByRole('menuitem', { name: 'Test' }).click()
  await page.getByText('The provider cannot be reached').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await acts.click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  expect(await page.getByLabel('Client secret').inputValue()).toBe('')
  await page.getByLabel('Issuer').fill(provider.url)
  await page.getByLabel('Client secret').fill(provider.client.clientSecret)
  await page.getByRole('button', { name: 'Save' }).last().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  provider.become('grace')
  await acts.click()
  await page.getByRole('menuitem', { name: 'Test' }).click()
  await page.getByText('grace@example.com has no account here').waitFor()
  await sheet.getByRole('cell', { name: 'Grace Hopper' }).waitFor()
  await sheet.getByRole('cell', { name: 'email_verified' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Close' }).click()
  await visit.end()
  const { api } = await app.owner()
  expect((await api.users.list({ query: {} })).data.map(({ email }) => email)).toEqual([OWNER.email])
})

test('an administrator proves a domain by a record, and gives it up', async () => {
  const visit = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  const { page } = visit
  visit.expectProblem(/^answered 409: POST .*\/sso-domain\/verify$/)
  await page.getByLabel('Domain of your company').fill('Works.example')
  await page.getByRole('button', { name: 'Claim the domain' }).click()
  const name = await page.getByLabel('Name of the record').inputValue()
  const value = await page.getByLabel('Value of the record').inputValue()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('The DNS has no TXT record').waitFor()
  await expectAccessible(page)
  Object.assign(dns.record, { name, value })
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('Proved', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Give up the domain' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Give up the domain' }).click()
  await page.getByLabel('Domain of your company').waitFor()
  await visit.end()
})

test('the token of the directory is shown once, lets it in, and ends when it is replaced', async () => {
  const visit = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  const { page } = visit
  const url = await page.getByLabel('Base URL').inputValue()
  const statusWith = async (token: string) =>
    (await fetch(`${url}/Users`, { headers: { authorization: `Bearer ${token}` } })).status
  await page.getByRole('button', { name: 'Make a token' }).click()
  const first = await page.getByLabel('Token', { exact: true }).inputValue()
  expect(await statusWith(first)).toBe(200)
  await page.reload()
  await page.getByText('Last used').waitFor()
  expect(await page.getByLabel('Token', { exact: true }).count()).toBe(0)
  await page.getByRole('button', { name: 'Replace the token' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Replace the token' }).click()
  const second = await page.getByLabel('Token', { exact: true }).inputValue()
  await page.getByText('Not used yet').waitFor()
  expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200])
  await visit.end()
})

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

test('an administrator sets SAML up, sees what is set, and a person comes in by it to the page that they asked for', async () => {
  const setUp = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  await setUp.page.getByRole('button', { name: 'Set up SAML 2.0' }).click()
  const sheet = setUp.page.getByRole('dialog')
  const acs = await sheet.getByLabel('Single sign-on URL (ACS)').inputValue()
  const idp = await startSamlPage(acs, 'sam@example.com')
  const metadata = await fetch(await sheet.getByLabel('Metadata address').inputValue())
  expect(await metadata.text()).toContain(acs)
  await sheet.getByLabel('Metadata', { exact: true }).fill(idp.metadata)
  await setUp.page.getByLabel('Certificate').fill(idp.certificate)
  await setUp.page.getByRole('button', { name: 'Save' }).last().click()
  await setUp.page.getByRole('dialog').waitFor({ state: 'detached' })
  await setUp.page.getByText('1 day left').waitFor()
  await setUp.page.getByRole('button', { name: 'Actions for SAML 2.0' }).click()
  await setUp.page.getByRole('menuitem', { name: 'Edit' }).click()
  expect(await setUp.page.getByLabel('Sign-in address').inputValue()).toBe(idp.entryPoint)
  await expectAccessible(setUp.page)
  await setUp.page.getByRole('button', { name: 'Close' }).click()
  await setUp.page.getByRole('button', { name: 'Actions for SAML 2.0' }).click()
  await setUp.page.getByRole('menuitem', { name: 'Test' }).click()
  await setUp.page.getByText('sam@example.com has no account here').waitFor()
  await sheet.getByRole('cell', { name: 'NameID', exact: true }).waitFor()
  await setUp.end()

  const visit = await app.visit('/runs')
  const { page } = visit
  await page.getByRole('button', { name: 'Continue with SAML single sign-on' }).click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await page.getByRole('button', { name: /Sam L/ }).waitFor()
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

test('an administrator allows the domains of their people alone, and switches passwords off', async () => {
  const visit = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  const { page } = visit
  await page.getByLabel('Allowed domains').fill('works.example')
  await page.getByText('Only people with these addresses').click()
  await page.getByText('you would lock yourself out').waitFor()
  await expectAccessible(page)
  await page.getByLabel('Allowed domains').fill('example.com\nworks.example')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').first().waitFor()
  await page.getByRole('switch', { name: 'People may sign in with a password' }).click()
  await page.getByText('Only the owner, ada@example.com, can still use a password').waitFor()
  await page.getByRole('button', { name: 'Switch passwords off' }).click()
  await page.getByRole('switch', { name: 'People may sign in with a password', checked: false }).waitFor()
  await visit.end()
  const { api, session } = await app.owner()
  expect(await api.platforms.get({ params: { id: String(session.platformId) } })).toMatchObject({
    ...{ allowedAuthDomains: ['example.com', 'works.example'], enforceAllowedAuthDomains: true },
    emailAuthEnabled: false,
  })
})

test('who has an account already proves its password, links the account elsewhere, comes in by it, and unlinks it', async () => {
  // A person of two platforms is opened by the provider of neither, unless they say so themselves.
  await (await app.owner()).api.platforms.found({ body: { name: 'Second works' } })
  const visit = await signInAs('ada')
  const { page } = visit
  visit.expectProblem(/^answered 409: POST .*\/federated\/claim$/)
  await page.getByText('This address has an account here already').waitFor()
  await expectAccessible(page)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('You have proved who you are').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Link single sign-on' }).click()
  await page.getByRole('cell', { name: provider.url }).waitFor()
  await expectAccessible(page)
  await visit.end()

  const again = await signInAs('ada')
  await again.page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await again.page.goto(`${app.origin}/settings/security`)
  await again.page.getByRole('button', { name: 'Unlink single sign-on' }).click()
  await again.page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
  await again.page.getByText('No account is linked yet.').waitFor()
  await again.end()
})

test('a person of several platforms switches between them', async () => {
  const visit = await app.visit('/automations', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('button', { name: /Ada Lovelace/ }).click()
  await page.getByRole('menuitem', { name: 'Second works' }).click()
  await page.waitForFunction(() => document.title === 'Second works')
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('link', { name: 'Audit log' }).click()
  // Nothing that happened on the other platform is here.
  await page
    .getByRole('button', { name: /^(platform|user)\./ })
    .first()
    .waitFor()
  expect(await page.getByText('platform.updated').count()).toBe(0)
  await page.getByRole('link', { name: 'Single sign-on' }).click()
  const address = await page.getByLabel('Sign-in page of this platform').inputValue()
  await visit.end()

  // Its sign-in page has its look and its providers, and opens it.
  const entry = await app.visit(address.slice(app.origin.length))
  await entry.page.waitForFunction(() => document.title === 'Second works')
  expect(await entry.page.getByRole('button', { name: /single sign-on$/ }).count()).toBe(0)
  await expectAccessible(entry.page)
  await entry.page.getByLabel('E-mail address').fill(OWNER.email)
  await entry.page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await entry.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await entry.page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await entry.page.getByRole('button', { name: /Ada Lovelace/ }).waitFor()
  await entry.page.waitForFunction(() => document.title === 'Second works')
  await entry.end()
})

test('who has an account elsewhere by SAML links it in a window of the identity provider', async () => {
  const { api, session } = await app.owner()
  const idp = await startSamlPage(`${app.origin}/api/v1/authn/saml/acs`, 'ada.elsewhere@example.com')
  const saml = { idpMetadata: idp.metadata, idpCertificate: idp.certificate }
  const params = { id: String(session.platformId) }
  await api.platforms.update({ params, body: { federatedAuthProviders: { saml } } })
  const visit = await app.visit('/settings/security', { person: await app.owner() })
  await visit.page.getByRole('button', { name: 'Link SAML' }).click()
  await visit.page.getByRole('table', { name: 'Accounts elsewhere' }).getByText('urn:idp.example').waitFor()
  await visit.end()
  const linked = await api.auditEvents.list({ query: { action: ['user.account.linked'], limit: 1 } })
  expect(linked.data[0]?.data).toMatchObject({ account: { provider: 'saml', issuer: 'urn:idp.example' } })
})

test('an answer of SAML that nobody asked for is said on its page, and to the page that waits for another one', async () => {
  const visit = await app.visit('/authenticate?providerName=saml&error=INVALID_SAML_RESPONSE')
  await visit.page.getByText('The answer of the identity provider is not accepted').waitFor()
  await expectAccessible(visit.page)
  await visit.page.getByRole('link', { name: 'Back to sign-in' }).click()
  await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await visit.end()

  const { api, session } = await app.owner()
  const idp = await startSamlPage(`${app.origin}/api/v1/authn/saml/acs`, 'sam@example.com', '_of-another-attempt')
  const saml = { idpMetadata: idp.metadata, idpCertificate: idp.certificate }
  await api.platforms.update({ params: { id: String(session.platformId) }, body: { federatedAuthProviders: { saml } } })
  const testing = await app.visit('/platform/single-sign-on', { person: await app.owner() })
  await testing.page.getByRole('button', { name: 'Actions for SAML 2.0' }).click()
  await testing.page.getByRole('menuitem', { name: 'Test' }).click()
  await testing.page.getByText('it belongs to no attempt that waits').waitFor()
  await expectAccessible(testing.page)
  await testing.end()
})
