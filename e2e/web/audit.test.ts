import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { joinProject, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
  const { api, projectId } = owner
  await api.projects.update({ params: { id: projectId }, body: { displayName: 'Harbour' } })
  const { id: other } = await api.projects.create({ body: { displayName: 'Shipyard' } })
  await api.folders.create({ body: { displayName: 'Invoices', projectId } })
  const { id } = await api.folders.create({ body: { displayName: 'Ships', projectId: other } })
  await api.folders.update({ params: { id }, body: { displayName: 'Boats' } })
  const grace = await joinProject(app.origin, owner, { projectId: other, role: 'Editor', firstName: 'Grace' })
  await grace.api.folders.create({ body: { displayName: 'Ropes', projectId: other } })
})
afterAll(() => app?.[Symbol.asyncDispose]())

const events = (page: Page, name: string | RegExp) =>
  page.getByRole('table', { name: 'Audit log' }).getByRole('button', { name, exact: true })

async function narrow(page: Page, filter: string, option: string): Promise<void> {
  await page.getByRole('button', { name: filter, exact: true }).click()
  await page.getByRole('checkbox', { name: option }).click()
  await page.keyboard.press('Escape')
}

test('an administrator narrows the audit log by act, project, person and time; the address keeps it, and back undoes it', async () => {
  const visit = await app.visit('/platform/audit', { person: owner })
  const { page } = visit
  await events(page, 'project.created').waitFor()
  await narrow(page, 'What', 'folder.created')
  await events(page, 'project.created').waitFor({ state: 'detached' })
  expect(await events(page, 'folder.created').count()).toBe(3)
  await narrow(page, 'Project', 'Shipyard')
  await expect.poll(() => events(page, 'folder.created').count()).toBe(2)
  await narrow(page, 'Who', 'Grace Lindqvist')
  await expect.poll(() => events(page, 'folder.created').count()).toBe(1)
  await narrow(page, 'When', 'Last 24 hours')
  await page.waitForURL(/since=day/)
  await expectAccessible(page)
  const address = page.url()

  // Somebody who gets the address sees the same.
  const other = await app.visit(address.slice(app.origin.length), { person: owner })
  await events(other.page, 'folder.created').waitFor()
  expect(await events(other.page, /./).count()).toBe(1)
  await other.page.getByRole('button', { name: /^Who Grace Lindqvist/ }).waitFor()
  await other.page.getByLabel('Address', { exact: true }).fill('203.0.113.9')
  await other.page.keyboard.press('Enter')
  await other.page.getByRole('heading', { name: 'Nothing fits' }).waitFor()
  await expectAccessible(other.page)
  await other.page.getByRole('button', { name: 'Show all' }).click()
  await events(other.page, 'project.created').waitFor()
  expect(new URL(other.page.url()).search).toBe('')
  await other.end()

  await page.goBack()
  await page.goBack()
  await expect.poll(() => events(page, 'folder.created').count()).toBe(2)
  await page.goForward()
  await expect.poll(() => events(page, 'folder.created').count()).toBe(1)
  await page.reload()
  await expect.poll(() => events(page, 'folder.created').count()).toBe(1)
  await visit.end()
})

test('an event shows what was there before and what is there now', async () => {
  const visit = await app.visit('/platform/audit?action=["project.updated"]', { person: owner })
  const { page } = visit
  await events(page, 'project.updated').click()
  const changes = page.getByRole('dialog').getByRole('table', { name: 'Changes' })
  const row = changes.getByRole('row', { name: /displayName/ })
  expect(await row.getByRole('cell').allInnerTexts()).toEqual(['displayName', "Ada's Project", 'Harbour'])
  await expectAccessible(page)
  await visit.end()
})

test('the export has what is narrowed to, and no more', async () => {
  const visit = await app.visit('/platform/audit?action=["folder.created"]', { person: owner })
  const { page } = visit
  await events(page, 'folder.created').first().waitFor()
  const saved = async (kind: string): Promise<string> => {
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: kind }).click(),
    ])
    return readFile(await download.path(), 'utf8')
  }
  const lines = (await saved('JSON')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).action)).toEqual(Array(3).fill('folder.created'))
  const [head, ...rows] = (await saved('CSV')).trim().split(/\r?\n/)
  expect(head).toContain('action')
  expect(rows).toHaveLength(3)
  await visit.end()
})
