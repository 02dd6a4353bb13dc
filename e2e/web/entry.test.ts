import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { OWNER } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('the first person signs up, reloads, signs out and in again', async () => {
  const visit = await app.visit('/sign-up')
  const { page } = visit
  await page.getByRole('heading', { name: 'Create your account' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('Enter your first name').waitFor()
  await page.getByLabel('First name').fill(OWNER.firstName)
  await page.getByLabel('Last name').fill(OWNER.lastName)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: /Ada Lovelace/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password', { exact: true }).fill('not it at all')
  visit.expectProblem(/^answered 401: POST .*sign-in$/)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/automations')
  await visit.end()
})

test('a session that the server takes no more asks for the password, and the page goes on', async () => {
  const person = await app.owner()
  const visit = await app.visit('/runs', {
    person: { ...person, session: { ...person.session, token: `${person.token.slice(0, -4)}AAAA` } },
  })
  const { page } = visit
  visit.expectProblem(/^answered 401: /)
  visit.expectProblem(/WebSocket/)
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor()
  await page.getByLabel('Password').fill('not it at all')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('The e-mail address or the password is wrong').waitFor()
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/runs')
  await page.getByText('Live', { exact: true }).waitFor()
  await visit.end()
})
