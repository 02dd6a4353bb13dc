import { afterAll, beforeAll, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('who sees an empty page finds the guide to it, and the others from there', async () => {
  const visit = await app.visit('/connections', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('heading', { name: 'No connections yet' }).waitFor()
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Guide: Connect an account' }).click()
  const guide = await opened
  await guide.getByRole('heading', { level: 1, name: 'Connect an account' }).waitFor()
  await guide.getByRole('img', { name: 'Connecting a piece' }).waitFor()
  await expectAccessible(guide)
  await guide.getByRole('navigation', { name: 'Guides' }).getByRole('link', { name: 'Schedule' }).click()
  await guide.getByRole('heading', { level: 1, name: 'Schedule' }).waitFor()
  await guide.getByRole('link', { name: 'Back to the app' }).click()
  await guide.getByRole('heading', { level: 1, name: 'Automations' }).waitFor()
  await visit.end()
})

test('the help menu leads to the guides and to the API', async () => {
  const visit = await app.visit('/automations', { person: await app.owner() })
  const { page } = visit
  await page.getByRole('button', { name: 'Help' }).click()
  await page.getByRole('menuitem', { name: 'API reference' }).waitFor()
  const opened = page.waitForEvent('popup')
  await page.getByRole('menuitem', { name: 'Guides' }).click()
  await (await opened).getByRole('heading', { level: 1, name: 'Guides' }).waitFor()
  await visit.end()
})
