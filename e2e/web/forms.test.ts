import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { joinProject } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ AP_FORM_SECONDS_TO_FILL: '0' })
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** For people who want to look at the pages: SCREENSHOTS names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

/** The names of the fields in the order of the page. */
const order = async (page: Page): Promise<string[]> =>
  page
    .getByRole('button', { name: /^Move / })
    .evaluateAll((handles) => handles.map((handle) => (handle.getAttribute('aria-label') ?? '').slice(5)))

test('a person makes a form, orders its fields, shares its page, and reads and downloads what was submitted', async () => {
  const visit = await app.visit('/project-forms', { person: await app.owner() })
  const { page } = visit
  visit.expectProblem(/answered 400: PATCH .*\/v1\/forms/)
  await page.getByRole('heading', { name: 'No forms yet' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'forms-empty')
  await page.getByRole('button', { name: 'New form' }).first().click()
  await page.getByLabel('Name').fill('Registration')
  await page.getByRole('button', { name: 'Create form' }).click()
  await page.getByText('Everything is saved').waitFor()

  for (const label of ['Size', 'Message']) {
    await page.getByRole('button', { name: 'Add a field' }).click()
    await page
      .getByRole('button', { name: /^field_\d/ })
      .last()
      .click()
    await page.getByLabel('Label').last().fill(label)
  }
  await page.getByRole('button', { name: /^Message/ }).click()
  await page.getByRole('combobox', { name: 'Kind' }).click()
  await page.getByRole('option', { name: 'Choice', exact: true }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('1 to 500 options are needed').waitFor()
  await page.getByLabel('Options').fill('Small\nLarge')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Move Message', exact: true }).press('ArrowUp')
  expect(await order(page)).toEqual(['Your e-mail', 'Message', 'Size'])
  await page.getByText('Message is at place 2 of 3').waitFor({ state: 'attached' })
  expect(
    await page
      .getByRole('button', { name: 'Move Message', exact: true })
      .evaluate((one) => one === document.activeElement),
  ).toBe(true)
  await page.getByRole('button', { name: 'Move Message', exact: true }).press('ArrowUp')
  await page
    .getByRole('button', { name: 'Move Your e-mail', exact: true })
    .dragTo(page.getByRole('button', { name: 'Move Size', exact: true }))
  expect(await order(page)).toEqual(['Message', 'Size', 'Your e-mail'])
  await page.getByLabel('Thanks').fill('See you there.')
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByText('Leave without saving?').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Stay' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Everything is saved').waitFor()
  await picture(page, 'form-editor')
  await page.reload()
  await page.getByRole('button', { name: 'Move Your e-mail', exact: true }).waitFor()
  expect(await order(page)).toEqual(['Message', 'Size', 'Your e-mail'])

  await page.getByRole('button', { name: 'Share' }).click()
  const link = await page.getByLabel('Link').inputValue()
  expect(await page.getByLabel('For another page').inputValue()).toContain(`<iframe src="${link}" title="Registration"`)
  await expectAccessible(page)
  const visitor = await app.visit(new URL(link).pathname)
  await visitor.page.getByLabel('Your e-mail').fill('ada@example.com')
  await visitor.page.getByLabel('Size').selectOption('Large')
  await visitor.page.getByRole('button', { name: 'Submit' }).click()
  await visitor.page.getByText('See you there.').waitFor()
  await visitor.end()

  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'Submissions' }).click()
  await page.getByRole('cell', { name: 'ada@example.com' }).waitFor()
  await expectAccessible(page)
  await picture(page, 'submissions')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download CSV' }).click()
  expect(await readFile(await (await download).path(), 'utf8')).toContain('ada@example.com')
  await page
    .getByRole('row', { name: /ada@example\.com/ })
    .getByRole('button')
    .click()
  const sheet = page.getByRole('dialog', { name: 'Submission' })
  await sheet.getByText('Large').waitFor()
  await sheet.getByText('127.0.0.1').waitFor()
  await expectAccessible(page)
  await sheet.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Spam' }).click()
  await page.getByRole('heading', { name: 'No spam' }).waitFor()

  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'Forms' }).click()
  await page.getByRole('button', { name: 'Actions for Registration' }).click()
  await page.getByRole('menuitem', { name: 'Close the form' }).click()
  await page.getByRole('cell', { name: 'Closed' }).waitFor()
  await picture(page, 'forms')
  await page.getByRole('button', { name: 'Actions for Registration' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No forms yet' }).waitFor()
  await visit.end()
})

test('what a form cannot have is said at its fields in German', async () => {
  const visit = await app.visit('/project-forms', {
    ...{ person: await app.owner(), locale: 'de-DE', viewport: { width: 390, height: 844 } },
  })
  const { page } = visit
  visit.expectProblem(/answered 400: PATCH .*\/v1\/forms/)
  await page.getByRole('button', { name: 'Neues Formular' }).first().click()
  await page.getByLabel('Name').fill('Anmeldung')
  await page.getByRole('button', { name: 'Formular erstellen' }).click()
  await page.getByRole('button', { name: /^Ihre E-Mail E-Mail/ }).click()
  await page.getByLabel('Name in den Daten').fill('größe')
  await page.getByLabel('Weiter zu').fill('http://example.com')
  await page.getByRole('button', { name: 'Speichern' }).click()
  await page.getByText('Ein Name in den Daten beginnt mit einem Buchstaben').waitFor()
  await page.getByText('Nötig ist eine Adresse, die mit https:// beginnt').waitFor()
  expect(await page.locator('main').innerText()).not.toMatch(/\bmust\b/)
  await expectAccessible(page)
  await picture(page, 'form-wrong-390')
  await visit.end()
})

test('forms are read on a phone, in German, and by people who may not change them', async () => {
  const owner = await app.owner()
  const team = await owner.api.projects.create({ body: { displayName: 'Team' } })
  const headers = {
    authorization: `Bearer ${owner.token}`,
    'content-type': 'application/json',
    'x-project-id': team.id,
  }
  const fields = [{ name: 'email', type: 'email', required: true, label: 'E-Mail' }]
  const body = JSON.stringify({ name: 'Anmeldung', fields })
  expect((await fetch(`${app.origin}/v1/forms`, { method: 'POST', headers, body })).status).toBe(201)
  const person = await joinProject(app.origin, owner, {
    projectId: team.id,
    role: 'Viewer',
    firstName: 'Vera',
  })
  const visit = await app.visit('/project-forms', {
    ...{ person, locale: 'de-DE', viewport: { width: 390, height: 844 } },
  })
  const { page } = visit
  await page.getByRole('link', { name: 'Anmeldung' }).click()
  await page.getByText('Vorschau').waitFor()
  expect(await page.getByRole('button', { name: 'Speichern' }).isDisabled()).toBe(true)
  expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
  await expectAccessible(page)
  await picture(page, 'form-editor-390')
  await page.getByRole('link', { name: 'Einsendungen' }).click()
  await page.getByRole('heading', { name: 'Noch niemand hat es ausgefüllt' }).waitFor()
  await expectAccessible(page)
  await visit.end()
})
