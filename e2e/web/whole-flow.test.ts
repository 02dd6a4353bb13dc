import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { addByKeys, flowOfCode, saved, step } from './support/builder.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('the menu of an open flow renames, moves and duplicates it, and the header shows its folder', async () => {
  const person = await app.owner()
  const { api, projectId } = person
  const id = await flowOfCode(app, 'Orders', ['Check'])
  await api.folders.create({ body: { projectId, displayName: 'Shop' } })
  const visit = await app.visit(`/flows/${id}`, { person })
  const { page } = visit
  const choose = async (...names: string[]): Promise<void> => {
    await page.getByRole('button', { name: 'More for this flow' }).click()
    for (const name of names) await page.getByRole('menuitem', { name, exact: true }).click()
  }
  await choose('Rename')
  await page.getByRole('textbox', { name: 'Name of the flow' }).fill('Orders of today')
  await page.keyboard.press('Enter')
  await saved(page)
  await choose('Move to folder', 'Shop')
  await page.getByText('Moved to “Shop”').waitFor()
  const way = page.getByRole('navigation', { name: 'Where you are' })
  await way.getByRole('link', { name: 'Shop' }).waitFor()
  await expectAccessible(page)
  await choose('Duplicate')
  await page.getByText('“Copy of Orders of today” is made').waitFor()
  await way.getByRole('link', { name: 'Shop' }).click()
  await page.getByRole('link', { name: 'Copy of Orders of today', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Actions for Orders of today', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Why does it not run?' }).click()
  await page.getByRole('dialog').getByRole('status').first().waitFor()
  await expectAccessible(page)
  await visit.end()
})

test('a flow says how long it may rest before an alert, and how much time a run of it saves', async () => {
  const person = await app.owner()
  const id = await flowOfCode(app, 'Reports', ['Check'])
  const visit = await app.visit(`/flows/${id}`, { person })
  const { page } = visit
  const open = async () => {
    await page.getByRole('button', { name: 'More for this flow' }).click()
    await page.getByRole('menuitem', { name: 'Alert and time saved' }).click()
  }
  await open()
  await page.getByRole('textbox', { name: 'Alert when it does not run for' }).fill('soon')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Enter a whole number of minutes').waitFor()
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'Alert when it does not run for' }).fill('36')
  await page.getByRole('textbox', { name: 'Minutes of work that a run saves' }).fill('7.5')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).first().waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await person.api.alerts.expectation({ params: { id } })).toMatchObject({ minutes: 36 * 60 })
  expect(await person.api.flows.get({ params: { id } })).toMatchObject({ timeSavedPerRun: 7.5 })
  await open()
  expect(await page.getByRole('textbox', { name: 'Alert when it does not run for' }).inputValue()).toBe('36')
  await visit.end()
})

test('a flow shows as the graph that programs read', async () => {
  const person = await app.owner()
  const id = await flowOfCode(app, 'Invoices', ['Check', 'Send'])
  const visit = await app.visit(`/flows/${id}`, { person })
  const { page } = visit
  await page.getByRole('button', { name: 'More for this flow' }).click()
  await page.getByRole('menuitem', { name: 'As a graph' }).click()
  const picture = page.getByRole('img', { name: 'Nodes and edges of Invoices' })
  await picture.locator('text', { hasText: /^Check$/ }).waitFor()
  const command = await page.getByRole('textbox', { name: 'Run it from a program' }).inputValue()
  expect(command).toContain(`/v1/workflows/${id}/execute`)
  if (process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/graph.png` })
  const shown: { nodes: object[]; edges: object[] } = JSON.parse(
    (await page.getByRole('region', { name: 'JSON' }).locator('pre').textContent()) ?? '',
  )
  expect([shown.nodes.length, shown.edges.length]).toEqual([3, 2])
  await expectAccessible(page)
  await visit.end()
})

test('what differs from the published version is drawn on the canvas', async () => {
  const person = await app.owner()
  const id = await flowOfCode(app, 'Deliveries', ['Check', 'Pack', 'Send'])
  const { version } = await person.api.flows.get({ params: { id } })
  await person.api.flows.operate({ params: { id }, body: { type: 'LOCK_AND_PUBLISH', request: {} } })
  expect(version.valid).toBe(true)
  const visit = await app.visit(`/flows/${id}`, { person })
  const { page } = visit
  await step(page, 'Send').press('Enter')
  await page.getByRole('complementary', { name: 'Settings of Send' }).waitFor()
  await addByKeys(page, 'Loop')
  await step(page, 'Loop').first().waitFor()
  await step(page, 'Pack').press('Enter')
  await page.getByRole('complementary', { name: 'Settings of Pack' }).waitFor()
  await page.keyboard.press('Delete')
  await step(page, 'Pack').waitFor({ state: 'detached' })
  await saved(page)
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('button', { name: 'Show on the canvas' }).click()
  await page.getByRole('button', { name: 'Pack, Removed', exact: true }).waitFor()
  await page.getByRole('button', { name: /, Added$/ }).waitFor()
  await page.getByText('Removed: 1', { exact: true }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Back to the draft' }).click()
  await step(page, 'Send').waitFor()
  expect(await step(page, 'Pack').count()).toBe(0)
  await visit.end()
})

test('on a phone, the list of sections shows where one is', async () => {
  const person = await app.owner()
  const visit = await app.visit('/platform/health', { person, viewport: { width: 390, height: 844 } })
  const current = visit.page.getByRole('main').getByRole('link', { name: 'Health' })
  await current.waitFor()
  const box = await current.boundingBox()
  expect((box?.x ?? -1) >= 0 && (box?.x ?? 999) + (box?.width ?? 0) <= 390).toBe(true)
  await visit.end()
})
