import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
/** The signatures that the receiver of events got. */
const seen: string[] = []
const receiver = createServer((request, response) => {
  request.resume()
  seen.push(String(request.headers['webhook-signature'] ?? ''))
  response.writeHead(200).end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  app = await startApp({ AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true', AP_SSRF_ALLOW_LIST: '127.0.0.1' })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  receiver.close()
})

test('an administrator sends events elsewhere, sees what was delivered, and sends it again', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
  const visit = await app.visit('/platform/events', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('heading', { name: 'No destinations yet' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'New destination' }).click()
  await page.getByRole('button', { name: 'Create destination' }).click()
  await page.getByText('Choose at least one event').waitFor()
  await page.getByLabel('Address').fill(url)
  await page.getByRole('checkbox', { name: 'folder.*' }).click()
  await page.getByLabel('Headers').fill('no header')
  await page.getByRole('button', { name: 'Create destination' }).click()
  await page.getByText('Line 1 is not a header').waitFor()
  await page.getByLabel('Headers').fill('x-team: core')
  await page.getByRole('button', { name: 'Send a sample' }).click()
  await page.getByText('The receiver took the sample and answered 200').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create destination' }).click()
  expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Done' }).click()

  const { api, projectId } = await app.owner()
  await api.folders.create({ body: { displayName: 'Orders', projectId } })
  await page.getByRole('button', { name: url, exact: true }).click()
  await page.getByText('Delivered, 1 attempt').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Send folder.created again' }).click()
  await page.getByText('The event is sent again').waitFor()
  await page.getByRole('button', { name: 'Close' }).first().click()

  await page.getByRole('button', { name: `Actions for ${url}` }).click()
  await page.getByRole('menuitem', { name: 'Switch off' }).click()
  await page.getByRole('cell', { name: 'Off', exact: true }).waitFor()
  await page.getByRole('button', { name: `Actions for ${url}` }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No destinations yet' }).waitFor()
  expect(seen.filter((signature) => signature.startsWith('v1,')).length).toBeGreaterThanOrEqual(2)
  await visit.end()
})

test('an administrator makes a signing key, whose private half is shown once', async () => {
  const visit = await app.visit('/platform/signing-keys', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('heading', { name: 'No signing keys yet' }).waitFor()
  await page.getByRole('button', { name: 'New signing key' }).click()
  await page.getByLabel('Name').fill('Shop')
  await page.getByRole('button', { name: 'Create key' }).click()
  expect(await page.getByLabel('Private key').inputValue()).toContain('PRIVATE KEY')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'Shop', exact: true }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Delete the signing key Shop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No signing keys yet' }).waitFor()
  await visit.end()
})

test('a person makes a key of the project, and a program uses the graph API with it until it is deleted', async () => {
  const visit = await app.visit('/settings/keys', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('Shop')
  await page.getByLabel('What it may do').click()
  await page.getByRole('option', { name: 'Read', exact: true }).click()
  await page.getByRole('button', { name: 'Create key' }).click()
  const key = await page.getByRole('textbox', { name: 'Value' }).inputValue()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'Shop', exact: true }).waitFor()

  const call = (method: string) =>
    fetch(`${app.origin}/v1/workflows`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: '{"name":"Orders"}' } : {}),
    })
  expect((await call('GET')).status).toBe(200)
  expect((await call('POST')).status).toBe(403)
  await page.getByRole('button', { name: 'Delete the key Shop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
  expect((await call('GET')).status).toBe(401)
  await visit.end()
})
