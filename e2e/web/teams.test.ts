import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { joinProject, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('an administrator makes a project and a role, gives the role to a member, and deletes the project', async () => {
  const visit = await app.visit('/platform/projects', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'New project' }).click()
  await page.getByRole('button', { name: 'Create project' }).click()
  await page.getByText('Enter a name', { exact: true }).waitFor()
  await page.getByLabel('Name').fill('Harbour orders')
  await page.getByLabel('Runs at once').fill('4')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create project' }).click()
  await page.getByRole('cell', { name: 'Harbour orders', exact: true }).waitFor()
  await expectAccessible(page)
  const project = (await owner.api.projects.list()).data.find(({ type }) => type === 'TEAM')
  expect(project).toMatchObject({ displayName: 'Harbour orders', maxConcurrentJobs: 4 })

  await page.getByRole('link', { name: 'Roles' }).click()
  await page.getByRole('button', { name: 'New role' }).click()
  await page.getByLabel('Name').fill('Retrier')
  await page.getByRole('group', { name: 'Runs' }).getByRole('button', { name: 'Write' }).click()
  await page.getByRole('group', { name: 'Flows' }).getByRole('button', { name: 'Read' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Retrier', exact: true }).waitFor()
  await expectAccessible(page)
  const role = (await owner.api.projectRoles.list()).data.find(({ name }) => name === 'Retrier')
  expect([...(role?.permissions ?? [])].sort()).toEqual(['READ_FLOW', 'READ_PROJECT', 'READ_RUN', 'WRITE_RUN'])

  await joinProject(app.origin, owner, { projectId: project?.id ?? '', role: 'Editor', firstName: 'Mara' })
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByRole('button', { name: 'Harbour orders' }).first().click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Project settings' }).click()
  await page.getByRole('link', { name: 'Members' }).click()
  await page.getByRole('combobox', { name: 'Role of Mara Lindqvist' }).click()
  await page.getByRole('option', { name: /Retrier/ }).click()
  await page.getByRole('combobox', { name: 'Role of Mara Lindqvist' }).getByText('Retrier').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Remove Mara Lindqvist from the project' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('mara@example.com').waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByRole('button', { name: 'Actions for the project Harbour orders' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('cell', { name: 'Harbour orders', exact: true }).waitFor({ state: 'detached' })
  // The personal project is in view again.
  await page.getByRole('button', { name: "Ada's Project" }).first().waitFor()
  await visit.end()
})

test('a personal project has no members and says so', async () => {
  const visit = await app.visit('/settings/members', { person: owner })
  await visit.page.getByRole('heading', { name: 'This is a personal project' }).waitFor()
  await expectAccessible(visit.page)
  await visit.end()
})
