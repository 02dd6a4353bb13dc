import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
/** The status that the receiver answers with. */
let answer = 200
const seen: string[] = []
const receiver = createServer((request, response) => {
  request.resume()
  seen.push(String(request.headers['webhook-signature'] ?? ''))
  response.writeHead(answer).end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  app = await startApp({ AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true', AP_SSRF_ALLOW_LIST: '127.0.0.1' })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  receiver.close()
})

test('a webhook of a project is made, sent to, sent to again, switched off by the server and on again', async () => {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
  const owner = await app.owner()
  const visit = await app.visit('/settings/webhooks', { person: owner })
  const { page } = visit
  visit.expectProblem(/answered 400: POST .*\/v1\/webhooks/)
  await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'New webhook' }).click()
  await page.getByRole('button', { name: 'Create webhook' }).click()
  await page.getByText('Enter an address that begins with https://').waitFor()
  await page.getByText('Choose at least one event').waitFor()
  await expectAccessible(page)
  await page.getByLabel('Address').fill(url)
  await page.getByRole('checkbox', { name: /a form was submitted/ }).click()
  await page.getByRole('button', { name: 'Create webhook' }).click()
  expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_/)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('list', { name: 'Event webhooks' }).getByText('form.submitted').waitFor()

  await page.getByRole('button', { name: `Change ${url}` }).click()
  await page.getByRole('checkbox', { name: /a flow was published/ }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('list', { name: 'Event webhooks' }).getByText('workflow.published').waitFor()

  const headers = {
    authorization: `Bearer ${owner.token}`,
    'content-type': 'application/json',
    'x-project-id': owner.projectId,
  }
  const send = async (path: string, body: object): Promise<{ id: string }> => {
    const sent = await fetch(`${app.origin}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await sent.json()).data
  }
  const form = await send('/forms', { name: 'F', fields: [{ name: 'email', type: 'email' }] })
  await send(`/forms/${form.id}/submissions`, { data: { email: 'ada@example.com' } })
  await page.getByRole('button', { name: `Deliveries to ${url}` }).click()
  await page.getByText('Delivered').waitFor()
  await expectAccessible(page)
  const before = seen.length
  await page.getByRole('button', { name: 'Send again: form.submitted' }).click()
  await page.getByText('The event is sent again').waitFor()
  await expect.poll(() => seen.length, { timeout: 60_000 }).toBeGreaterThan(before)
  await page.getByRole('button', { name: 'Close' }).first().click()

  // A receiver that says that it is gone gets nothing more.
  answer = 410
  await send(`/forms/${form.id}/submissions`, { data: {} })
  await expect.poll(() => seen.length, { timeout: 60_000 }).toBeGreaterThan(before + 1)
  await page.reload()
  await page.getByText('Switched off by the server').waitFor()
  await expectAccessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
  await page.getByRole('button', { name: 'Switch on again' }).click()
  await page.getByText('Switched off by the server').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: `Delete ${url}` }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor()
  await visit.end()
})
