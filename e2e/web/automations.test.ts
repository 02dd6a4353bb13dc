import { readFile } from 'node:fs/promises'
import { strToU8, unzipSync, zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { OWNER, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const EXAMPLES = new URL('../../apps/web/src/features/automations/examples/', import.meta.url)
const example = async (id: string, displayName: string): Promise<object> => {
  const { flows } = JSON.parse(await readFile(new URL(`${id}.json`, EXAMPLES), 'utf8'))
  return { ...flows.at(-1), displayName }
}

async function flow(owner: Person, displayName: string, folderId?: string): Promise<string> {
  const { id } = await owner.api.flows.create({
    body: { displayName, projectId: owner.projectId, folderId: folderId ?? null },
  })
  return id
}

async function importExample(owner: Person, id: string, displayName: string): Promise<void> {
  const { flows } = JSON.parse(await readFile(new URL(`${id}.json`, EXAMPLES), 'utf8'))
  const params = { id: await flow(owner, displayName) }
  const { trigger, schemaVersion, notes } = flows.at(-1)
  await owner.api.flows.operate({
    params,
    body: { type: 'IMPORT_FLOW', request: { displayName, trigger, schemaVersion, notes: notes ?? [] } },
  })
}

const notices = (page: Page) => page.getByRole('region', { name: 'Notifications' })

const openActions = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('row', { name: new RegExp(name) }).hover()
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click()
}

test('a newcomer signs up, is offered three ways to begin, and opens an example in the builder', async () => {
  const visit = await app.visit('/sign-up')
  const { page } = visit
  await page.getByLabel('First name').fill(OWNER.firstName)
  await page.getByLabel('Last name').fill(OWNER.lastName)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Let something happen by itself' }).waitFor()
  await page.getByRole('button', { name: /^Start from an empty flow/ }).waitFor()
  await page.getByRole('button', { name: /^Import a file/ }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^Start from an example/ }).click()
  await page.getByRole('dialog', { name: 'Start from an example' }).waitFor()
  expect(await page.getByRole('button', { name: /^Use / }).count()).toBe(12)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'When things fail' }).click()
  await page.getByRole('button', { name: 'Use One flow calls another' }).click()
  await page.waitForURL('**/flows/*')
  await page.goBack()
  // The flow that is called listens already, the one that calls waits for its author.
  await page.getByRole('switch', { name: 'Shipping costs is active', checked: true }).waitFor()
  await page.getByRole('switch', { name: 'Order with shipping is active', checked: false }).waitFor()
  await visit.end()
})

test('files are imported each by itself, with what became of it; what is chosen is exported as ZIP', async () => {
  const owner = await app.owner()
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  const missing = JSON.stringify(await example('csv-to-json', 'Table reader')).replace('piece-csv', 'piece-nowhere')
  const zip = zipSync({
    'Shop/First.json': strToU8(JSON.stringify(await example('webhook-answer', 'First of the shop'))),
    'Shop/Second.json': strToU8(missing),
    'Broken.json': strToU8('{"displayName": "Half'),
  })
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const sheet = page.getByRole('dialog', { name: 'Import automations' })
  await sheet.locator('input[type=file]').setInputFiles([
    { name: 'shop.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) },
    { name: 'nothing.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') },
  ])
  await sheet.getByText('2 automations imported, 1 of them not ready, 2 not imported').waitFor()
  const report = sheet.getByRole('list', { name: 'Report' }).getByRole('listitem')
  expect(await report.filter({ hasText: 'First of the shop' }).getByText('Ready').isVisible()).toBe(true)
  const second = report.filter({ hasText: 'Table reader' })
  expect(await second.getByText(/piece-nowhere.* is missing/).isVisible()).toBe(true)
  expect(await second.getByRole('button', { name: 'Install' }).isVisible()).toBe(true)
  expect(await report.filter({ hasText: 'Broken.json' }).getByText('This is not JSON').isVisible()).toBe(true)
  expect(await report.filter({ hasText: 'nothing.json' }).getByText('There is no flow').isVisible()).toBe(true)
  await expectAccessible(page)
  await sheet.getByRole('button', { name: 'Close' }).first().click()

  // They are in the folder that they came in.
  await page.getByRole('button', { name: 'Shop', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Select First of the shop' }).check()
  await page.getByRole('checkbox', { name: 'Select Table reader' }).check()
  const downloading = page.waitForEvent('download')
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Export' }).click()
  const files = unzipSync(await readFile(await (await downloading).path()))
  expect(Object.keys(files).sort()).toEqual(['Shop/First of the shop.json', 'Shop/Table reader.json'])

  // A step that is missing keeps the flow off, and the reason is said.
  visit.expectProblem(/^answered 409: POST .*\/flows\//)
  await page.getByRole('switch', { name: 'Table reader is active' }).click()
  await notices(page).getByText('Table reader cannot be switched on').waitFor()
  await notices(page)
    .getByText(/1 step incomplete\. Read the table/)
    .waitFor()
  await page.getByRole('switch', { name: 'Table reader is active', checked: false }).waitFor()
  await page.getByRole('switch', { name: 'First of the shop is active' }).click()
  await page.getByRole('switch', { name: 'First of the shop is active', checked: true }).waitFor()

  // A run shows by itself, and leads to its page.
  const row = page.getByRole('row', { name: /First of the shop/ })
  expect(await row.getByText('Never ran').isVisible()).toBe(true)
  const { data } = await owner.api.flows.overview({ query: { projectId: owner.projectId, name: 'First of the shop' } })
  await fetch(`${app.origin}/api/v1/webhooks/${data[0]?.id}/sync`, { method: 'POST' })
  await row.getByRole('link', { name: /^Succeeded/ }).waitFor()

  // Everything of the project is one file, which comes in again.
  await page.getByRole('button', { name: 'More ways to begin' }).click()
  const downloadingAll = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Export everything as ZIP' }).click()
  const everything = await readFile(await (await downloadingAll).path())
  const count = Object.keys(unzipSync(everything)).length
  expect(count).toBeGreaterThanOrEqual(2)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await sheet
    .locator('input[type=file]')
    .setInputFiles([{ name: 'all.zip', mimeType: 'application/zip', buffer: everything }])
  await sheet.getByText(new RegExp(`^${count} automations imported, \\d+ of them not ready$`)).waitFor()
  await visit.end()
})

test('a flow is exported as a program from the list and the builder, and comes in again', async () => {
  const owner = await app.owner()
  const id = await flow(owner, 'Taken away')
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  await openActions(page, 'Taken away')
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Export as program' }).click()
  const program = await readFile(await (await downloading).path())
  const files = unzipSync(program)
  expect(Object.keys(files)).toEqual(expect.arrayContaining(['main.ts', 'README.md', 'vendor/runtime.mjs']))

  const wrong = zipSync({ ...files, 'main.ts': strToU8('export default program(nothing)') })
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const sheet = page.getByRole('dialog', { name: 'Import automations' })
  visit.expectProblem(/^answered 400: POST .*\/flows\/read-code/)
  await sheet.locator('input[type=file]').setInputFiles([
    { name: 'program.zip', mimeType: 'application/zip', buffer: program },
    { name: 'wrong.zip', mimeType: 'application/zip', buffer: Buffer.from(wrong) },
  ])
  const report = sheet.getByRole('list', { name: 'Report' }).getByRole('listitem')
  await report.filter({ hasText: 'Taken away' }).waitFor()
  await report
    .filter({ hasText: 'wrong.zip' })
    .getByText(/line 1 of main\.ts/i)
    .waitFor()

  await page.goto(`${app.origin}/flows/${id}`)
  await page.getByRole('button', { name: 'More for this flow' }).click()
  const again = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Export as program' }).click()
  expect((await again).suggestedFilename()).toBe('Taken away.zip')
  await visit.end()
})

test('folders are made, filled, renamed and deleted; what was in them stays', async () => {
  const owner = await app.owner()
  await flow(owner, 'Invoice mail')
  await flow(owner, 'Invoice archive')
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'More ways to begin' }).click()
  await page.getByRole('menuitem', { name: 'New folder' }).click()
  await page.getByRole('button', { name: 'Create folder' }).click()
  await page.getByText('Enter a name').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Finance')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Finance', exact: true }).waitFor()
  await page.getByRole('row', { name: /Invoice mail/ }).dragTo(page.getByRole('row', { name: /Finance/ }))
  await notices(page).getByText('1 automation moved to Finance').waitFor()
  await openActions(page, 'Invoice archive')
  await page.getByRole('menuitem', { name: 'Move to folder' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Finance/ })
    .click()
  await page.getByRole('row', { name: /Finance 2 automations/ }).waitFor()
  await openActions(page, 'Finance')
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Money')
  await page.keyboard.press('Enter')
  await openActions(page, 'Money')
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('The 2 automations in it stay').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await notices(page).getByText('Folder Money deleted').waitFor()
  await page.getByRole('link', { name: 'Invoice mail' }).waitFor()
  await expectAccessible(page)

  // By keyboard: search, choose, delete.
  await page.getByRole('link', { name: 'Invoice mail' }).focus()
  await page.keyboard.press('/')
  await page.keyboard.type('invoice')
  await page.getByText('2 automations', { exact: true }).waitFor()
  await page.waitForURL(/[?&]name=invoice/)
  await page.getByRole('checkbox', { name: 'Select all automations in view' }).press('Space')
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).press('Enter')
  await page
    .getByRole('dialog', { name: 'Delete 2 automations?' })
    .getByRole('button', { name: 'Delete' })
    .press('Enter')
  await page.getByRole('heading', { name: 'No automation matches' }).waitFor()
  await page.getByRole('button', { name: 'Clear' }).last().click()
  await page.getByRole('button', { name: 'Shop', exact: true }).waitFor()
  await visit.end()
})

test('flows are narrowed by what begins them', async () => {
  const owner = await app.owner()
  await importExample(owner, 'daily-summary', 'Numbers of the day')
  await importExample(owner, 'webhook-answer', 'Answers calls')
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'Begins with' }).click()
  await page.getByRole('checkbox', { name: 'Schedule' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Numbers of the day' }).waitFor()
  await page.getByRole('link', { name: 'Answers calls' }).waitFor({ state: 'hidden' })
  await page.reload()
  await page.getByRole('link', { name: 'Numbers of the day' }).waitFor()
  await page.getByRole('button', { name: 'Remove the filter Begins with' }).click()
  await page.getByRole('link', { name: 'Answers calls' }).waitFor()
  await visit.end()
})

test('anything is found by its name, with the keyboard alone', async () => {
  const owner = await app.owner()
  const { api, projectId } = owner
  const { id } = await api.flows.create({ body: { displayName: 'Zebra crossing', projectId } })
  await api.folders.create({ body: { displayName: 'Zebra stable', projectId } })
  await api.appConnections.upsert({
    body: {
      ...{ externalId: 'zebra', displayName: 'Zebra mail', projectId, pieceName: '@activepieces/piece-http' },
      ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text: 'x' } },
    },
  })
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  const find = async (words: string, name: RegExp): Promise<void> => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search' }).waitFor()
    await page.keyboard.type(words)
    await page.getByRole('option', { name }).waitFor()
    // Down to what was found: the list may hold actions and other things before it.
    const isThere = () => page.locator('[role=option][data-highlighted]').getByText(name).count()
    for (let steps = 0; steps < 20 && (await isThere()) === 0; steps++) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  }
  await find('zebra', /Zebra crossing/)
  await page.waitForURL(`**/flows/${id}`)
  await find('zebra', /Zebra stable/)
  await page.waitForURL(/\/automations\?folder=/)
  await find('zebra', /Zebra mail/)
  await page.waitForURL(/\/connections\?name=Zebra/)
  await find('csv', /^CSV/)
  await page.getByRole('dialog', { name: 'CSV' }).waitFor()
  await page.keyboard.press('Escape')
  await find('to runs', /Go to Runs/)
  await page.waitForURL('**/runs')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).waitFor()
  await page.keyboard.type('qqxxzz')
  await page.getByText('Nothing found').waitFor()
  await expectAccessible(page)
  await visit.end()
})

test('on a phone, the list fits and everything is in reach', async () => {
  const visit = await app.visit('/automations', {
    person: await app.owner(),
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  })
  const { page } = visit
  await page.getByRole('button', { name: /^Shop/ }).tap()
  await page.getByRole('button', { name: 'Actions for First of the shop' }).first().tap()
  await page.getByRole('menuitem', { name: 'Duplicate' }).tap()
  await page.getByRole('button', { name: 'Copy of First of the shop', exact: true }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await expectAccessible(page)
  await visit.end()
})
