import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { joinProject } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let key = 'key-of-the-host'
/** Lets in one host, as CyberArk Conjur does, and one token, as a Connect server of 1Password does. */
const conjur = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  if (request.url === '/v1/vaults' && request.headers.authorization === 'Bearer token-of-connect')
    return response.end('[]')
  const isKnown = request.url === '/authn/acme/host%2Fpiecework/authenticate' && body === key
  response.writeHead(isKnown ? 200 : 401).end(isKnown ? 'dG9rZW4=' : '')
})

beforeAll(async () => {
  await new Promise<void>((resolve) => conjur.listen(0, '127.0.0.1', resolve))
  app = await startApp({ AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true', AP_SSRF_ALLOW_LIST: '127.0.0.1' })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  conjur.close()
})

test('an administrator connects 1Password by its Connect server', async () => {
  const visit = await app.visit('/platform/secret-managers', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('button', { name: 'New secret manager' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Vaults of ACME')
  await page.getByRole('combobox', { name: 'Kind' }).click()
  await page.getByRole('option', { name: '1Password by a Connect server' }).click()
  await page.getByLabel('Address').fill(`http://127.0.0.1:${(conjur.address() as AddressInfo).port}`)
  await page.getByLabel('Token of the Connect server').fill('token-of-connect')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('cell', { name: 'Connected', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Actions for Vaults of ACME' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No secret managers yet' }).waitFor()
  await visit.end()
})

test('an administrator connects a secret manager, sees when it lets nobody in, and deletes it', async () => {
  const visit = await app.visit('/platform/secret-managers', { person: await app.owner() })
  const { page } = visit
  visit.expectProblem(/answered 4\d\d: POST .*\/secret-managers/)
  await page.getByRole('heading', { name: 'No secret managers yet' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'New secret manager' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Conjur of ACME')
  await page.getByRole('combobox', { name: 'Kind' }).click()
  await page.getByRole('option', { name: 'CyberArk Conjur' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('Fill this in').first().waitFor()
  await page.getByLabel('Address').fill(`http://127.0.0.1:${(conjur.address() as AddressInfo).port}`)
  await page.getByLabel('Account').fill('acme')
  await page.getByLabel('Login').fill('host/piecework')
  await page.getByLabel('API key').fill('another-key')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('alert').first().waitFor()
  await expectAccessible(page)
  await page.getByLabel('API key').fill(key)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('cell', { name: 'Connected', exact: true }).waitFor()
  await expectAccessible(page)

  key = 'a-newer-key'
  await page.getByRole('button', { name: 'Actions for Conjur of ACME' }).click()
  await page.getByRole('menuitem', { name: 'Test the connection' }).click()
  await page.getByText('Conjur of ACME does not let the server in').first().waitFor()
  await page.getByRole('cell', { name: 'Not reached', exact: true }).waitFor()
  key = 'key-of-the-host'
  await page.getByRole('button', { name: 'Clear the cache' }).click()
  await page.getByRole('cell', { name: 'Connected', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Actions for Conjur of ACME' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No secret managers yet' }).waitFor()
  await visit.end()
})

test('alerts of a project go to an address and a webhook; who may not see them has no such page', async () => {
  const owner = await app.owner()
  const visit = await app.visit('/settings/alerts', { person: owner })
  const { page } = visit
  await page.getByRole('heading', { name: 'Nobody gets alerts yet' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'New receiver' }).click()
  await page.getByRole('textbox', { name: 'Receiver' }).fill('nobody')
  await page.getByRole('button', { name: 'Add receiver' }).click()
  await page.getByText('Enter an e-mail address').waitFor()
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'Receiver' }).fill('ops@example.com')
  await page.getByRole('button', { name: 'Add receiver' }).click()
  await page.getByRole('cell', { name: 'ops@example.com', exact: true }).waitFor()
  await page.getByRole('button', { name: 'New receiver' }).click()
  await page.getByRole('combobox', { name: 'Kind' }).click()
  await page.getByRole('option', { name: 'Webhook' }).click()
  await page.getByRole('textbox', { name: 'Receiver' }).fill('http://127.0.0.1:9/alerts')
  await page.getByRole('button', { name: 'Add receiver' }).click()
  expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_/)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'http://127.0.0.1:9/alerts', exact: true }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Delete the receiver ops@example.com' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('cell', { name: 'ops@example.com', exact: true }).waitFor({ state: 'detached' })
  await visit.end()

  const team = await owner.api.projects.create({ body: { displayName: 'Orders' } })
  const viewer = await joinProject(app.origin, owner, { projectId: team.id, role: 'Viewer', firstName: 'Vera' })
  const other = await app.visit('/settings/general', { person: viewer })
  await other.page.getByText('Your role lets you read these settings').waitFor()
  await other.page.getByRole('link', { name: 'Alerts' }).waitFor({ state: 'detached' })
  await other.end()
})
