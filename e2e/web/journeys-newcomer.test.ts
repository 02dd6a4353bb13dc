import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { handsOn } from './support/hands.ts'
import { publish, searchStep, settingsOf } from './support/journeys.ts'
import { OWNER } from './support/person.ts'

/** The first hour of somebody on a fresh server; docs/browser-app.md has the list of journeys. */

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app?.[Symbol.asyncDispose]())

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

/** Eight minutes are enough for this many keys, at a key in two seconds. */
const KEYS_OF_EIGHT_MINUTES = 240

test('the same without a mouse', async () => {
  const { page, end } = await app.visit('/')
  const hands = handsOn(page)
  const fill = async (field: string | RegExp, words: string): Promise<void> => {
    await hands.tabTo('textbox', field)
    await page.keyboard.type(words)
  }
  const pressOn = async (role: string, name: string | RegExp): Promise<void> => {
    await hands.tabTo(role, name)
    await hands.press('Enter')
  }
  await page.getByLabel('First name').waitFor()
  await fill('First name', OWNER.firstName)
  await fill('Last name', OWNER.lastName)
  await fill('E-mail address', OWNER.email)
  await fill('Password', OWNER.password)
  await hands.press('Enter')
  await page.getByRole('button', { name: 'Start from an empty flow' }).waitFor()
  await pressOn('button', /^Start from an empty flow/)
  await page.getByRole('button', { name: /^Select Trigger, / }).waitFor()
  await pressOn('button', /^Select Trigger, /)
  await searchStep(page, 'webhook', 'Catch Webhook')
  await settingsOf(page, 'Catch Webhook').waitFor()
  await pressOn('button', 'Add a step after Catch Webhook')
  await searchStep(page, 'return response', 'Return Response')
  const answer = settingsOf(page, 'Return Response')
  await answer.getByRole('textbox', { name: 'JSON Body' }).waitFor()
  await fill(/^JSON Body/, '{"hello": "Ada"}')
  await hands.press('Control+k')
  await page.getByRole('combobox').and(page.locator(':focus')).waitFor()
  await page.keyboard.type('publish')
  await page.locator('[role=option][data-highlighted]').getByText('Publish', { exact: true }).waitFor()
  await hands.press('Enter')
  await page.getByRole('button', { name: 'Publish now' }).waitFor()
  await pressOn('button', 'Publish now')
  await page.getByText('Published. It runs now.').first().waitFor()
  await page.getByRole('dialog', { name: 'Publish', exact: true }).waitFor({ state: 'detached' })
  await pressOn('button', /^Catch Webhook, /)
  const call = await addressOf(page)
  expect(await call()).toEqual({ hello: 'Ada' })
  await pressOn('button', 'Runs')
  await seesRunLive(page, call)
  expect(hands.acts).toBeLessThanOrEqual(KEYS_OF_EIGHT_MINUTES)
  await end()
})
