import { ApiError, createClient } from '@piecework/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, stepAt } from '../../apps/server/src/features/second-factor/totp.ts'
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

/** The code that the app on the phone shows for the key on the page; codes are good for a step before and after, too. */
function codeFor(key: string, steps: number): string {
  const bits = [...key]
    .map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0'))
    .join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  return codeOf(Buffer.from(bytes), stepAt(Date.now()) + steps)
}

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

test('somebody sets two-factor sign-in up, comes in by code and by recovery code, and turns it off', async () => {
  const { page, ...visit } = await app.visit('/sign-in')
  const enter = async () => {
    await page.getByLabel('E-mail address').fill(OWNER.email)
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  const leave = async () => {
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }
  visit.expectProblem(/WebSocket/)
  visit.expectProblem(/^answered 403: POST .*sign-in$/)
  visit.expectProblem(/^answered 410: POST .*second-factor$/)
  await enter()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await page.goto(`${app.origin}/settings/security`)
  await page.getByRole('button', { name: 'Set up two-factor sign-in' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Current password').fill(OWNER.password)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await dialog.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
  await expectAccessible(page)
  const key = await dialog.getByLabel('Key').inputValue()
  await dialog.getByLabel('Code', { exact: true }).fill(codeFor(key, -1))
  await dialog.getByRole('button', { name: 'Turn on' }).click()
  const list = dialog.getByRole('list', { name: 'Recovery codes' })
  await list.waitFor()
  const codes = await list.getByRole('listitem').allTextContents()
  expect(codes).toHaveLength(10)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'I have stored them' }).click()
  await page.getByText('10 recovery codes are left.').waitFor()
  await expectAccessible(page)
  await leave()

  await enter()
  await page.getByRole('heading', { name: 'Second step' }).waitFor()
  await expectAccessible(page)
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByText('This code is wrong, or was used already').waitFor()
  await page.getByLabel('Code', { exact: true }).fill(codeFor(key, 0))
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await leave()

  await enter()
  await page.getByLabel('Code', { exact: true }).fill(codes[0] ?? '')
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await page.goto(`${app.origin}/settings/security`)
  await page.getByText('9 recovery codes are left.').waitFor()
  await page.getByRole('button', { name: 'Turn off' }).click()
  await dialog.getByLabel('Current password').fill(OWNER.password)
  await dialog.getByLabel('Code', { exact: true }).fill(codes[1] ?? '')
  await dialog.getByRole('button', { name: 'Turn off' }).click()
  await page.getByText('Two-factor sign-in is off').waitFor()
  await visit.end()
})

test('a platform that requires a second factor leads to its set-up; an administrator resets it', async () => {
  const { authentication } = createClient({ url: `${app.origin}/api` })
  const session = await authentication.signIn({ body: OWNER })
  const api = createClient({ url: `${app.origin}/api`, token: session.token })
  const stored = { ...owner.session, token: session.token }
  const visit = await app.visit('/platform/people', { person: { ...owner, token: session.token, session: stored } })
  const { link } = await api.userInvitations.create({
    body: { type: 'PLATFORM', email: 'ben@example.com', platformRole: 'MEMBER' },
  })
  const invitationToken = new URL(link ?? '').searchParams.get('token') ?? ''
  const ben = { email: 'ben@example.com', password: OWNER.password }
  await authentication.signUp({ body: { ...ben, firstName: 'Ben', lastName: 'Okri', invitationToken } })
  await visit.page.getByRole('switch', { name: 'Require two-factor sign-in' }).click()
  await visit.page.getByRole('switch', { name: 'Require two-factor sign-in', checked: true }).waitFor()
  await expectAccessible(visit.page)

  const guest = await app.visit('/sign-in')
  guest.expectProblem(/^answered 403: POST .*sign-in$/)
  await guest.page.getByLabel('E-mail address').fill(ben.email)
  await guest.page.getByLabel('Password', { exact: true }).fill(ben.password)
  await guest.page.getByRole('button', { name: 'Sign in' }).click()
  const key = await guest.page.getByLabel('Key').inputValue()
  await expectAccessible(guest.page)
  await guest.page.getByLabel('Code', { exact: true }).fill(codeFor(key, 0))
  await guest.page.getByRole('button', { name: 'Continue', exact: true }).click()
  await guest.page.getByRole('button', { name: 'I have stored them' }).click()
  await guest.page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor()
  await guest.end()

  await visit.page.reload()
  await visit.page.getByRole('button', { name: 'Actions for Ben Okri' }).click()
  await visit.page.getByRole('menuitem', { name: 'Reset two-factor sign-in' }).click()
  await visit.page.getByRole('dialog').getByRole('button', { name: 'Reset two-factor sign-in' }).click()
  await visit.page.getByText('The two-factor sign-in of Ben Okri is reset').waitFor()
  const refused = await authentication.signIn({ body: ben }).catch((error: unknown) => error)
  expect(refused instanceof ApiError && refused.params.step).toBe('SET_UP')
  await visit.page.getByRole('switch', { name: 'Require two-factor sign-in' }).click()
  await visit.page.getByRole('switch', { name: 'Require two-factor sign-in', checked: false }).waitFor()
  expect((await authentication.signIn({ body: ben })).email).toBe(ben.email)
  await visit.end()
})

test('somebody makes a token for a script, and deletes it', async () => {
  const session = await createClient({ url: `${app.origin}/api` }).authentication.signIn({ body: OWNER })
  const stored = { ...owner.session, token: session.token }
  const visit = await app.visit('/settings/security', { person: { ...owner, token: session.token, session: stored } })
  const { page } = visit
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Name').fill('Backup')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create key' }).click()
  const value = await page.getByRole('dialog').getByLabel('Value').inputValue()
  const script = createClient({ url: `${app.origin}/api`, token: value })
  expect((await script.flows.list({ query: { projectId: owner.projectId } })).data).toEqual([])
  await expect(script.flows.create({ body: { displayName: 'f', projectId: owner.projectId } })).rejects.toThrow()
  await page.getByRole('button', { name: 'Done' }).click()
  const tokens = page.getByRole('table', { name: 'Personal access tokens' })
  await tokens.getByRole('cell', { name: 'Read', exact: true }).waitFor()
  await expectAccessible(page)
  await tokens.getByRole('button', { name: 'Delete the key Backup' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('You have no tokens.').waitFor()
  await expect(script.flows.list({ query: { projectId: owner.projectId } })).rejects.toThrow()
  await visit.end()
})
