import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { handsOn } from './support/hands.ts'
import { publish, searchStep, settingsOf } from './support/journeys.ts'
import { OWNER } from './support/person.ts'

/** The first hour of somebody on a fresh server; docs/browser-app.md has the list of journeys. */

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** Reads the address that the settings of the trigger show. @returns calls it, and waits for the flow's answer */
async function addressOf(page: Page): Promise<() => Promise<unknown>> {
  const address = await page
    .getByText(/\/api\/v1\/webhooks\/\w+$/)
    .first()
    .textContent()
  return async () => (await fetch(`${address}/sync`, { method: 'POST' })).json()
}

/** The runs of the open flow, with a new one that comes in while somebody looks. */
async function seesRunLive(page: Page, call: () => Promise<unknown>): Promise<void> {
  const runs = page.getByRole('dialog', { name: 'Runs of this flow' })
  await runs.getByText('Succeeded').first().waitFor()
  expect(await runs.getByRole('listitem').count()).toBe(1)
  expect(await call()).toEqual({ hello: 'Ada' })
  await expect.poll(() => runs.getByRole('listitem').count()).toBe(2)
}

test('a newcomer makes an account and a flow that answers a webhook, and sees it run', async () => {
  const { page, end } = await app.visit('/')
  const hands = handsOn(page)
  await page.getByLabel('First name').fill(OWNER.firstName)
  await page.getByLabel('Last name').fill(OWNER.lastName)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await hands.click(page.getByRole('button', { name: 'Create account' }))
  await hands.click(page.getByRole('button', { name: 'Start from an empty flow' }))
  await hands.click(page.getByRole('button', { name: /^Select Trigger, / }))
  await searchStep(page, 'webhook', 'Catch Webhook')
  await settingsOf(page, 'Catch Webhook').waitFor()
  await hands.click(page.getByRole('button', { name: 'Add a step after Catch Webhook' }))
  // The answer of this webhook comes first, not that of a sub-flow.
  await searchStep(page, 'return response', 'Return Response')
  const answer = settingsOf(page, 'Return Response')
  await answer.getByText('Webhook, Return Response').waitFor()
  await answer.getByText('Fill in first: Response').waitFor()
  await answer.getByRole('group', { name: 'Response', exact: true }).waitFor()
  await hands.click(answer.getByRole('textbox', { name: 'JSON Body' }))
  await page.keyboard.type('{"hello": "Ada"}')
  await publish(page, hands)
  await hands.click(page.getByRole('button', { name: /^Catch Webhook, / }))
  const call = await addressOf(page)
  expect(await call()).toEqual({ hello: 'Ada' })
  await hands.click(page.getByRole('button', { name: 'Runs', exact: true }))
  await seesRunLive(page, call)
  expect(hands.acts).toBeLessThanOrEqual(12)
  await end()
})
