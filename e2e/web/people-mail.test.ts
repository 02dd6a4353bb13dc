import { startSmtpServer } from '@piecework/pieces/smtp/testing-smtp'
import { eventually } from '@piecework/server/testing/flows'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

let smtp: Awaited<ReturnType<typeof startSmtpServer>>
let app: TestApp

beforeAll(async () => {
  smtp = await startSmtpServer()
  app = await startApp({
    AP_SMTP_HOST: '127.0.0.1',
    AP_SMTP_PORT: String(smtp.port),
    AP_SMTP_USERNAME: 'ada',
    AP_SMTP_PASSWORD: 'secret',
    AP_SMTP_SENDER_EMAIL: 'piecework@example.com',
  })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await smtp?.close()
})

/** The path of the link in the mail to an address that has these words in its subject, once it is there. */
const mailedLink = (email: string, words: string): Promise<string> =>
  eventually(async () => {
    const received = smtp.received.filter(({ recipients }) => recipients.includes(email))
    const mails = await Promise.all(received.map(({ source }) => simpleParser(source)))
    const link = mails.findLast(({ subject }) => subject?.includes(words))?.text?.match(/https?:\S+/)?.[0]
    return link === undefined ? undefined : link.slice(new URL(link).origin.length)
  }, `a mail to ${email} about ${words}`)

test('people are invited, verify their address and choose a new password by mail', async () => {
  const visit = await app.visit('/platform', { person: await app.owner() })
  await visit.page.getByRole('button', { name: 'Invite people' }).click()
  await visit.page.getByText('Each of them gets a mail').waitFor()
  await visit.page.getByLabel('E-mail addresses').fill('ben@example.com')
  await visit.page.getByRole('button', { name: 'Invite', exact: true }).click()
  await visit.page.getByText('A mail with the link is on its way').waitFor()
  await visit.end()

  const guest = await app.visit(await mailedLink('ben@example.com', 'invited'))
  const { page } = guest
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByLabel('First name').waitFor()
  // Who signs up without the link must show that the address is theirs.
  await page.goto(`${app.origin}/sign-up`)
  await page.getByLabel('First name').fill('Ben')
  await page.getByLabel('Last name').fill('Okri')
  await page.getByLabel('E-mail address').fill('ben@example.com')
  await page.getByLabel('Password', { exact: true }).fill('Correct-horse-8')
  guest.expectProblem(/^answered 403: POST .*sign-(up|in)$/)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('Open the link in the mail').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Send another mail' }).click()
  await page.getByText('a mail with a link is on its way').waitFor()
  await page.goto(app.origin + (await mailedLink('ben@example.com', 'Verify')))
  await page.getByRole('button', { name: 'Verify the address' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Verify the address' }).click()
  await page.getByRole('heading', { name: 'Your address is verified' }).waitFor()

  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  // The page before it has a field of the same name.
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
  await page.getByLabel('E-mail address').fill('ben@example.com')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('If ben@example.com has an account').waitFor()
  await page.goto(app.origin + (await mailedLink('ben@example.com', 'new password')))
  await page.getByLabel('Password', { exact: true }).fill('Correct-horse-9')
  await page.getByRole('button', { name: 'Save the password' }).click()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail address').fill('ben@example.com')
  await page.getByLabel('Password', { exact: true }).fill('Correct-horse-9')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  expect(smtp.received.length).toBeGreaterThanOrEqual(3)
  await guest.end()
})
