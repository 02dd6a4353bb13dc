import { codeAction, webhookTrigger } from '@piecework/server/testing/flows'
import { startOAuth2Server } from '@piecework/server/testing/oauth2-server'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { homeOf, startApp, type TestApp } from './support/app.ts'
import type { Person } from './support/person.ts'
import { installVault, VAULT } from './support/vault.ts'
import { expectAccessible } from './support/visit.ts'

const CODE = 'export const code = async () => 1'

let service: Awaited<ReturnType<typeof startOAuth2Server>>
let app: TestApp
let owner: Person

beforeAll(async () => {
  service = await startOAuth2Server()
  app = await startApp({ ...(await homeOf()), AP_SSRF_ALLOW_LIST: '127.0.0.1' })
  owner = await app.owner()
  await installVault(owner, service.url)
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await service?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  delete service.mode.consent
  delete service.mode.isolates
})

/** The dialog in which the piece is connected, in one of its ways. */
async function dialogFor(way: string, name: string) {
  const visit = await app.visit('/connections', { person: owner })
  visit.expectProblem(/^answered 400: POST .*\/app-connections$/)
  const { page } = visit
  await page.getByRole('button', { name: 'New connection' }).first().click()
  await page.getByLabel('Search apps and services').fill('vault')
  await page.getByRole('button', { name: /^Vault/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Connect Vault' })
  await dialog.getByRole('radio', { name: new RegExp(`^${way}`) }).check()
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  return { visit, page, dialog, connect: () => dialog.getByRole('button', { name: 'Connect', exact: true }).click() }
}

const rows = async () => (await owner.api.appConnections.list({ query: { projectId: owner.projectId } })).data

test('a secret that the service does not take is refused at its field, and the right one connects', async () => {
  const { visit, page, dialog, connect } = await dialogFor('Key', 'My key')
  await connect()
  await dialog.getByText('Key is missing.').waitFor()
  await dialog.getByLabel(/^Key\*?$/).fill('wrong')
  await connect()
  await dialog.getByText('The vault does not know you').waitFor()
  await expectAccessible(page)
  await dialog.getByLabel(/^Key\*?$/).fill('open sesame')
  await connect()
  await page.getByRole('cell', { name: 'My key', exact: true }).waitFor()
  expect(await rows()).toMatchObject([{ displayName: 'My key', type: 'SECRET_TEXT', status: 'ACTIVE' }])
  await visit.end()
})

test('an account and several fields of every kind connect', async () => {
  const account = await dialogFor('Account', 'My account')
  await account.dialog.getByLabel('Login').fill('ada')
  await account.dialog.getByLabel('Pass phrase').fill('pass')
  await account.connect()
  await account.page.getByRole('cell', { name: 'My account', exact: true }).waitFor()
  await account.visit.end()

  const { visit, page, dialog, connect } = await dialogFor('Server', 'My server')
  await dialog.getByText('Ask your administrator').waitFor()
  await dialog.getByLabel('Host').fill('vault.example.com')
  await dialog.getByRole('textbox', { name: 'Token' }).fill('t0ken')
  await dialog.getByLabel('Port').fill('many')
  await connect()
  for (const words of ['Port must be a number.', 'Region is missing.', 'Areas is missing.'])
    await dialog.getByText(words).waitFor()
  await dialog.getByLabel('Port').fill('8080')
  await dialog.getByRole('combobox', { name: 'Region' }).click()
  await page.getByRole('option', { name: 'Europe' }).click()
  await dialog.getByRole('checkbox', { name: 'Asia' }).check()
  await dialog.getByRole('checkbox', { name: 'Encrypted' }).check()
  await expectAccessible(page)
  await connect()
  await page.getByRole('cell', { name: 'My server', exact: true }).waitFor()
  expect(await rows()).toHaveLength(3)
  await visit.end()
})

test('people sign in at a service in a window of its own; a refusal and a foreign answer are said and connect nobody', async () => {
  const { visit, page, dialog } = await dialogFor('Sign in', 'My sign-in')
  const signIn = () => dialog.getByRole('button', { name: 'Sign in at Vault' }).click()
  await signIn()
  await dialog.getByText('Client ID is missing.').waitFor()
  expect(await dialog.getByLabel('Redirect URL').inputValue()).toBe(`${app.origin}/redirect`)
  await dialog.getByLabel('Client ID').fill(service.client.id)
  await dialog.getByLabel('Client secret').fill(service.client.secret)
  service.mode.consent = 'REFUSED'
  await signIn()
  await dialog.getByText('The service says: access_denied: The user said no').waitFor()
  service.mode.consent = 'OTHER_STATE'
  await signIn()
  await dialog.getByText('belongs to another attempt').waitFor()
  expect(service.calls).toHaveLength(0)
  delete service.mode.consent
  await signIn()
  await page.getByRole('cell', { name: 'My sign-in', exact: true }).waitFor()
  expect(service.calls).toMatchObject([{ fields: { code_verifier: expect.stringMatching(/^\w{43}/) } }])
  expect(page.context().pages()).toHaveLength(1)

  // The same connection gets a new token.
  await page.getByRole('row', { name: /My sign-in/ }).hover()
  await page.getByRole('button', { name: 'Actions for My sign-in' }).click()
  await page.getByRole('menuitem', { name: 'Connect again' }).click()
  const again = page.getByRole('dialog', { name: 'Reconnect My sign-in' })
  await again.getByRole('radio', { name: /^Sign in/ }).check()
  await again.getByLabel('Client ID').fill(service.client.id)
  await again.getByLabel('Client secret').fill(service.client.secret)
  await again.getByRole('button', { name: 'Sign in at Vault' }).click()
  await again.waitFor({ state: 'hidden' })
  expect(service.calls).toHaveLength(2)
  expect((await rows()).filter(({ displayName }) => displayName === 'My sign-in')).toHaveLength(1)
  await visit.end()
})

test('a connection is replaced across flows, and says which flows break before it is deleted', async () => {
  const { api, projectId } = owner
  const upsert = (externalId: string, displayName: string) =>
    api.appConnections.upsert({
      body: {
        ...{ externalId, displayName, projectId, pieceName: VAULT, type: 'SECRET_TEXT' },
        value: { type: 'SECRET_TEXT', secret_text: 'open sesame' },
      },
    })
  await upsert('old-key', 'Old key')
  await upsert('new-key', 'New key')
  const { id } = await api.flows.create({ body: { displayName: 'Reads the vault', projectId } })
  const settings = { pieceName: VAULT, pieceVersion: '1.0.0', actionName: 'read', propertySettings: {} }
  const input = { auth: "{{connections['old-key']}}" }
  const action = { type: 'PIECE' as const, name: 'step_1', displayName: 'Read', settings: { ...settings, input } }
  await api.flows.operate({
    params: { id },
    body: { type: 'ADD_ACTION', request: { parentStep: 'trigger', action } },
  })
  const visit = await app.visit('/connections', { person: owner })
  const { page } = visit
  const act = async (name: string, what: string): Promise<void> => {
    await page.getByRole('row', { name: new RegExp(name) }).hover()
    await page.getByRole('button', { name: `Actions for ${name}` }).click()
    await page.getByRole('menuitem', { name: what, exact: true }).click()
  }
  await act('Old key', 'Replace')
  const replacing = page.getByRole('dialog', { name: 'Replace Old key' })
  await replacing.getByText('1 flow uses the other connection from then on').waitFor()
  await replacing.getByRole('combobox').click()
  await page.getByRole('option', { name: 'New key' }).click()
  await replacing.getByRole('button', { name: 'Replace' }).click()
  await page.getByText('Old key is replaced').waitFor()
  const flow = await api.flows.get({ params: { id } })
  expect(flow.version.trigger.nextAction?.settings).toMatchObject({ input: { auth: "{{connections['new-key']}}" } })

  await act('New key', 'Delete')
  const question = page.getByRole('dialog', { name: 'Delete New key?' })
  await question.getByText('1 flow uses it, and fails at the next step that needs it. Reads the vault').waitFor()
  await question.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('New key is deleted').waitFor()
  await visit.end()
})

test('journey 18: of twenty flows that come in, those that lack a connection get it in the report', async () => {
  const settings = { pieceName: VAULT, pieceVersion: '1.0.0', actionName: 'read', propertySettings: {} }
  const read = {
    ...{ name: 'step_1', displayName: 'Read', type: 'PIECE', valid: true },
    settings: { ...settings, input: { auth: "{{connections['moved-key']}}" } },
  }
  const files = Array.from({ length: 20 }, (_, index): [string, Uint8Array] => {
    const displayName = `Moved ${index + 1}`
    const trigger = { ...webhookTrigger(), nextAction: index < 17 ? codeAction('step_1', CODE) : read }
    return [`${displayName}.json`, strToU8(JSON.stringify({ displayName, schemaVersion: '20', notes: [], trigger }))]
  })
  const buffer = Buffer.from(zipSync(Object.fromEntries(files)))
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const sheet = page.getByRole('dialog', { name: 'Import automations' })
  await sheet.locator('input[type=file]').setInputFiles([{ name: 'moved.zip', mimeType: 'application/zip', buffer }])
  await sheet.getByText('20 automations imported, 3 of them not ready').waitFor()
  const lacking = sheet.getByRole('listitem').filter({ hasText: 'Imported, connection missing' })
  expect(await lacking.count()).toBe(3)
  await lacking.first().getByRole('button', { name: 'Connect' }).click()
  const dialog = page.getByRole('dialog', { name: 'Connect Vault' })
  await dialog.getByRole('radio', { name: /^Key/ }).check()
  await dialog.getByLabel(/^Key\*?$/).fill('open sesame')
  await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
  await sheet.getByText('20 automations imported', { exact: true }).waitFor()
  expect(await lacking.count()).toBe(0)
  expect((await rows()).find(({ externalId }) => externalId === 'moved-key')).toMatchObject({ status: 'ACTIVE' })
  await sheet.getByRole('button', { name: 'Close' }).first().click()

  await page.getByRole('switch', { name: 'Moved 20 is active' }).click()
  await page.getByRole('switch', { name: 'Moved 20 is active', checked: true }).waitFor()
  const { data } = await owner.api.flows.overview({ query: { projectId: owner.projectId, name: 'Moved 20' } })
  await fetch(`${app.origin}/api/v1/webhooks/${data[0]?.id}`, { method: 'POST' })
  await page
    .getByRole('row', { name: /Moved 20/ })
    .getByRole('link', { name: /^Succeeded/ })
    .waitFor()
  await visit.end()
})
