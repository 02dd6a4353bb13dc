import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import type { Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('an administrator renames the project, makes a key that works, and takes it back', async () => {
  const visit = await app.visit('/settings', { person: owner })
  const { page } = visit
  await page.getByLabel('Name').fill('Harbour orders')
  await page.getByLabel('Runs at once').fill('many')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Enter a whole number').waitFor()
  await page.getByLabel('Runs at once').fill('4')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Harbour orders' }).waitFor()
  const [project] = (await owner.api.projects.list()).data
  expect(project).toMatchObject({ displayName: 'Harbour orders', maxConcurrentJobs: 4 })

  await page.getByRole('link', { name: 'Administration' }).click()
  await page
    .getByRole('cell', { name: /Ada Lovelace/ })
    .first()
    .waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('heading', { name: 'No API keys yet' }).waitFor()
  await page.getByRole('button', { name: 'New API key' }).click()
  await page.getByLabel('Name').fill('Shop')
  await page.getByRole('button', { name: 'Create key' }).click()
  const key = await page.getByLabel('Value').inputValue()
  const ask = () =>
    fetch(`${app.origin}/api/v1/projects`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status)
  expect(await ask()).toBe(200)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'Shop', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete the key Shop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No API keys yet' }).waitFor()
  expect(await ask()).toBe(401)

  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('button', { name: 'user.signed.up' }).click()
  await page.getByRole('dialog').getByRole('tree').waitFor()
  await visit.end()
})

const LOGO = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="160" height="40" rx="6" fill="#0a7"/></svg>',
)

test('an administrator gives the platform its look, which the app and the sign-in page wear, and takes it back', async () => {
  const visit = await app.visit('/platform/branding', { person: owner })
  const { page } = visit
  const fillOf = (name: string) =>
    page.getByRole('button', { name, exact: true }).evaluate((button) => getComputedStyle(button).backgroundColor)
  await page.getByLabel('Colour', { exact: true }).fill('green')
  await page.getByText('Enter a colour such as #aa3300').waitFor()
  // As it is, nobody could read white words on it.
  await page.getByLabel('Colour', { exact: true }).fill('#ffd400')
  await page.getByLabel('Name').fill('Harbour')
  const logo = page.locator('input[type=file]').first()
  await logo.setInputFiles({ name: 'logo.txt', mimeType: 'text/plain', buffer: LOGO })
  await page.getByText('This is no image that browsers show').waitFor()
  await logo.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.alloc(2 * 1024 * 1024 + 1) })
  await page.getByText('This file is too large').waitFor()
  await logo.setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: LOGO })
  await page.getByRole('img', { name: 'Logo on dark' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('img', { name: 'Harbour' }).waitFor()
  await page.waitForFunction(() => document.title === 'Harbour')
  await expectAccessible(page)

  const stranger = await app.visit('/sign-in', { colorScheme: 'dark' })
  await stranger.page.getByRole('img', { name: 'Harbour' }).waitFor()
  await expectAccessible(stranger.page)
  await stranger.end()

  // Before the first paint, too: the script in the head has the colour.
  await page.reload()
  const early = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'))
  expect(early).toMatch(/^#[0-9a-f]{6}$/)
  await page.getByLabel('Name').fill('Harbour orders')
  expect(await fillOf('Save')).toMatch(/^rgb\(\d+, \d+, 0\)$/)
  await page.getByRole('button', { name: 'Use the usual blue' }).click()
  await page.getByRole('button', { name: 'Remove: Logo' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('img', { name: /Harbour/ })
    .waitFor({ state: 'detached' })
  const platform = await owner.api.platforms.get({ params: { id: String(owner.session.platformId) } })
  expect(platform).toMatchObject({ name: 'Harbour orders', fullLogoUrl: '/logo.svg' })
  await visit.end()
})

test.each([
  ['/platform/branding', 'Branding'],
  ['/platform/oauth-apps', 'No OAuth apps yet'],
  ['/platform/workers', 'Workers'],
  ['/platform/triggers', 'Triggers'],
  ['/platform/health', 'Database'],
  ['/settings/profile', 'Profile'],
  ['/settings/security', 'Security'],
  ['/connections', 'No connections yet'],
  ['/pieces', 'Webhook'],
])('%s can be read by everybody, on a phone too', async (path, text) => {
  const visit = await app.visit(path, { person: owner })
  const { page } = visit
  await page.getByText(text, { exact: true }).filter({ visible: true }).first().waitFor()
  await expectAccessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  await visit.end()
})

test('the app speaks the language of the browser, until another one is chosen in the profile', async () => {
  const visit = await app.visit('/settings/profile', { person: owner, locale: 'de-AT' })
  const { page } = visit
  await page.getByRole('heading', { name: 'Profil', exact: true }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
  await page.getByRole('link', { name: 'Automatisierungen' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('combobox', { name: 'Sprache' }).click()
  await page.getByRole('option', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Profile', exact: true }).waitFor()
  await page.reload()
  await page.getByRole('link', { name: 'Automations' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  await visit.end()
})

test('a link into a project of somebody else leads nowhere, and the own project stays in view', async () => {
  const visit = await app.visit('/projects/somebodyElses/runs', { person: owner })
  visit.expectProblem(/^answered 40[34]: GET .*somebodyElses/)
  await visit.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await visit.page.getByRole('link', { name: 'Go to automations' }).click()
  await visit.page.getByRole('button', { name: 'New automation' }).first().waitFor()
  await visit.page.goto(`${app.origin}/projects/${owner.projectId}/runs`)
  await visit.page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  // No link of the app leads to another site.
  visit.expectProblem(/^answered 404: /)
  for (const rest of ['//example.com', '/%2Fexample.com', '/%5Cexample.com']) {
    await visit.page.goto(`${app.origin}/projects/${owner.projectId}${rest}`)
    await visit.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    expect(new URL(visit.page.url()).origin).toBe(app.origin)
  }
  await visit.end()
})

test('an address that the app does not have says so', async () => {
  const visit = await app.visit('/nowhere', { person: owner })
  visit.expectProblem(/^answered 404: GET .*\/nowhere$/)
  await visit.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await visit.page.getByRole('link', { name: 'Go to automations' }).click()
  await visit.page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await visit.end()
})
