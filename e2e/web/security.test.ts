import { createClient } from '@piecework/sdk'
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

test('somebody looks at the own sessions, ends one, then all others', async () => {
  const { authentication } = createClient({ url: `${app.origin}/api`, headers: { 'user-agent': 'backup-script/1' } })
  const script = await authentication.signIn({ body: OWNER })
  const guest = await app.visit('/sign-in')
  await guest.page.getByLabel('E-mail address').fill(OWNER.email)
  await guest.page.getByLabel('Password', { exact: true }).fill(OWNER.password)
  await guest.page.getByRole('button', { name: 'Sign in' }).click()
  await guest.page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await guest.page.goto(`${app.origin}/settings/security`)
  const sessions = guest.page.getByRole('table', { name: 'Sessions' })
  await sessions.getByRole('row', { name: /Chrome \(Linux\) This session/ }).waitFor()
  await expectAccessible(guest.page)
  await sessions.getByRole('button', { name: 'End the session of backup-script' }).click()
  await sessions.getByText('backup-script').waitFor({ state: 'detached' })
  await expect(createClient({ url: `${app.origin}/api`, token: script.token }).users.list()).rejects.toThrow()
  await guest.page.getByRole('button', { name: 'Sign out all others' }).click()
  await guest.page.getByRole('dialog').getByRole('button', { name: 'Sign out all others' }).click()
  await guest.page.getByText('All other sessions have ended').waitFor()
  await expect(owner.api.users.list()).rejects.toThrow()
  await guest.page.reload()
  await sessions.getByText('This session').waitFor()

  // Half of the life of the token is over.
  await guest.page.clock.setSystemTime(Date.now() + 4 * 24 * 3_600_000)
  const refreshed = guest.page.waitForResponse((response) => response.url().endsWith('/sessions/current/refresh'))
  await guest.page.reload()
  expect((await refreshed).status()).toBe(200)
  await sessions.getByText('This session').waitFor()
  await guest.page.clock.setSystemTime(Date.now())
  const token = await guest.page.evaluate(() => JSON.parse(localStorage.getItem('piecework.session') ?? '{}').token)
  const api = createClient({ url: `${app.origin}/api`, token: String(token) })
  expect((await api.sessions.list()).data).toHaveLength(1)

  await guest.page.getByRole('button', { name: 'Ada Lovelace' }).click()
  await guest.page.getByRole('menuitem', { name: 'Sign out' }).click()
  await guest.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await expect(api.sessions.list()).rejects.toThrow()
  guest.expectProblem(/WebSocket/)
  await guest.end()
})
