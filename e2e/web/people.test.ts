import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { OWNER, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** A link that the server made, at the port of this test. */
const pathOf = (link: string): string => {
  const { pathname, search } = new URL(link)
  return pathname + search
}

test('an administrator invites people; one of them joins, forgets the password, and is removed', async () => {
  const visit = await app.visit('/platform', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'Invite people' }).click()
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('Enter at least one address').waitFor()
  await page.getByLabel('E-mail addresses').fill('ben@example.com, nobody')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('Not an e-mail address: nobody').waitFor()
  await page.getByLabel('E-mail addresses').fill(`Ben <ben@example.com>\ncyd@example.com; ${OWNER.email}`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await page.getByLabel('Link for ben@example.com').inputValue()
  await page.getByText('is a user of the platform already').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Done' }).click()
  const invitations = page.getByRole('table', { name: 'Invitations' })
  await invitations.getByRole('cell', { name: 'cyd@example.com', exact: true }).waitFor()
  await invitations.getByRole('button', { name: 'Send the invitation to cyd@example.com again' }).click()
  await page.getByRole('dialog').getByLabel('Link').waitFor()
  await page.getByRole('button', { name: 'Close' }).first().click()
  await invitations.getByRole('button', { name: 'Revoke the invitation to cyd@example.com' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await invitations.getByRole('cell', { name: 'cyd@example.com', exact: true }).waitFor({ state: 'detached' })

  const guest = await app.visit(pathOf(link))
  await guest.page.getByText('The invitation is for ben@example.com').waitFor()
  await expectAccessible(guest.page)
  await guest.page.getByRole('button', { name: 'Accept the invitation' }).click()
  await guest.page.getByLabel('First name').fill('Ben')
  await guest.page.getByLabel('Last name').fill('Okri')
  expect(await guest.page.getByLabel('E-mail address').inputValue()).toBe('ben@example.com')
  await guest.page.getByLabel('Password', { exact: true }).fill('Correct-horse-8')
  await guest.page.getByRole('button', { name: 'Create account' }).click()
  await guest.page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  expect(await guest.page.getByRole('link', { name: 'Administration' }).count()).toBe(0)
  await guest.page.goto(`${app.origin}/forgot-password`)
  await guest.page.getByText('This server sends no mail').waitFor()
  await expectAccessible(guest.page)

  await page.reload()
  const people = page.getByRole('table', { name: 'People' })
  await people.getByRole('button', { name: 'Actions for Ben Okri' }).click()
  await page.getByRole('menuitem', { name: 'Make a link for a new password' }).click()
  const reset = await page.getByRole('dialog').getByLabel('Link').inputValue()
  await page.getByRole('button', { name: 'Close' }).click()
  await guest.page.goto(app.origin + pathOf(reset))
  await guest.page.getByLabel('Password', { exact: true }).fill('short')
  await guest.page.getByRole('button', { name: 'Save the password' }).click()
  await guest.page.getByText('Use at least 8 characters').waitFor()
  await expectAccessible(guest.page)
  await guest.page.getByLabel('Password', { exact: true }).fill('Correct-horse-9')
  await guest.page.getByRole('button', { name: 'Save the password' }).click()
  await guest.page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
  // The link works once.
  guest.expectProblem(/^answered 4\d\d: POST .*reset-password$/)
  await guest.page.goto(app.origin + pathOf(reset))
  await guest.page.getByLabel('Password', { exact: true }).fill('Correct-horse-9')
  await guest.page.getByRole('button', { name: 'Save the password' }).click()
  await guest.page.getByText('This link is not valid any more').waitFor()

  await people.getByRole('switch', { name: 'Ben Okri may sign in' }).click()
  await people.getByRole('switch', { name: 'Ben Okri may sign in', checked: false }).waitFor()
  guest.expectProblem(/^answered 403: POST .*sign-in$/)
  guest.expectProblem(/^answered 401: /)
  guest.expectProblem(/WebSocket/)
  await guest.page.goto(`${app.origin}/sign-in`)
  await guest.page.getByLabel('E-mail address').fill('ben@example.com')
  await guest.page.getByLabel('Password', { exact: true }).fill('Correct-horse-9')
  await guest.page.getByRole('button', { name: 'Sign in' }).click()
  await guest.page.getByText('This account is deactivated').waitFor()
  await guest.end()

  await people.getByRole('button', { name: 'Actions for Ben Okri' }).click()
  await page.getByRole('menuitem', { name: 'Remove from the platform' }).click()
  await page
    .getByRole('dialog')
    .getByText(/with 0 flows/)
    .waitFor()
  await expectAccessible(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Remove from the platform' }).click()
  await people.getByText('ben@example.com').waitFor({ state: 'detached' })
  expect((await owner.api.users.list()).data).toHaveLength(1)
  await visit.end()
})

test('somebody changes the own password, and the session goes on', async () => {
  const visit = await app.visit('/settings/security', { person: owner })
  const { page } = visit
  visit.expectProblem(/^answered 401: POST .*change-password$/)
  await page.getByLabel('Current password').fill('not it at all')
  await page.getByLabel('New password').fill('Correct-horse-77')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The current password is wrong').waitFor()
  await page.getByLabel('Current password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password is changed').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Security', exact: true }).waitFor()
  await visit.end()
})
