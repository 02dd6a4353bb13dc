import { startOAuth2Server } from '@piecework/server/testing/oauth2-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeOf, startApp, type TestApp } from './support/app.ts'
import { canvasOf, essence, flowOfCode, saved, step, stepsAtServer, versionAtServer } from './support/builder.ts'
import { focused, handsOn } from './support/hands.ts'
import { publish, readsFlow, searchStep, settingsOf } from './support/journeys.ts'
import type { Person } from './support/person.ts'
import { installVault, VAULT } from './support/vault.ts'
import { expectAccessible } from './support/visit.ts'

/** Builders do what they come for, as they do it; docs/browser-app.md has the list. */

let service: Awaited<ReturnType<typeof startOAuth2Server>>
let app: TestApp
beforeAll(async () => {
  service = await startOAuth2Server()
  app = await startApp({ ...(await homeOf()), AP_SSRF_ALLOW_LIST: '127.0.0.1' })
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await service?.[Symbol.asyncDispose]()
})

type Operation = Parameters<Person['api']['flows']['operate']>[0]['body']

const open = async (id: string) => {
  const visit = await app.visit(`/flows/${id}`, { person: await app.owner() })
  return { ...visit, hands: handsOn(visit.page) }
}

async function callFlow(id: string): Promise<unknown> {
  const response = await fetch(`${app.origin}/api/v1/webhooks/${id}/sync`, { method: 'POST' })
  return response.json()
}

/** A published flow that answers a webhook with a text. */
async function answering(displayName: string, words: string): Promise<string> {
  const { api, projectId } = await app.owner()
  const { id } = await api.flows.create({ body: { displayName, projectId } })
  await readsFlow(app, id, words)
  await api.flows.operate({ params: { id }, body: { type: 'LOCK_AND_PUBLISH', request: {} } })
  return id
}

test('a step is connected by a secret text, then by signing in at the service, and its test succeeds with each', async () => {
  const owner = await app.owner()
  await installVault(owner, service.url)
  const { api, projectId } = owner
  const { id } = await api.flows.create({ body: { displayName: 'Reads the vault', projectId } })
  const settings = { pieceName: VAULT, pieceVersion: '1.0.0', actionName: 'read', propertySettings: {}, input: {} }
  const action = { type: 'PIECE' as const, name: 'step_1', displayName: 'Read', settings }
  const request = { parentStep: 'trigger', action }
  await api.flows.operate({ params: { id }, body: { type: 'ADD_ACTION', request } })
  const { page, hands, end } = await open(id)
  await hands.click(step(page, 'Read'))
  const panel = settingsOf(page, 'Read')
  const dialog = page.getByRole('dialog', { name: 'Connect Vault' })
  const succeeds = async () => {
    await dialog.waitFor({ state: 'detached' })
    await panel.getByText('works', { exact: true }).waitFor()
    await saved(page)
    await hands.click(panel.getByRole('button', { name: /^Test step/ }))
    await panel.getByText(/^Succeeded in/).waitFor()
    await panel.getByText('The vault is open').first().waitFor()
  }
  await panel.getByText('Fill in first: Connection').waitFor()
  await hands.click(panel.getByRole('button', { name: 'Connect Vault' }))
  await hands.click(dialog.getByRole('radio', { name: /^Key/ }))
  await dialog.getByLabel(/^Key\*?$/).fill('open sesame')
  await hands.click(dialog.getByRole('button', { name: 'Connect', exact: true }))
  await succeeds()

  await hands.click(panel.getByRole('button', { name: 'New connection' }))
  await hands.click(dialog.getByRole('radio', { name: /^Sign in/ }))
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('By signing in')
  await dialog.getByLabel('Client ID').fill(service.client.id)
  await dialog.getByLabel('Client secret').fill(service.client.secret)
  await hands.click(dialog.getByRole('button', { name: 'Sign in at Vault' }))
  await succeeds()
  await panel.getByRole('combobox', { name: 'Connection' }).getByText('By signing in').waitFor()
  expect(hands.acts).toBeLessThanOrEqual(10)
  await end()
})

test('a step is changed, the difference seen, published, and the old version brought back', async () => {
  const id = await answering('Greets', 'Hello')
  expect(await callFlow(id)).toEqual({ words: 'Hello' })
  const { page, hands, end } = await open(id)
  await hands.click(step(page, 'Answer'))
  const body = settingsOf(page, 'Answer').getByRole('textbox', { name: 'JSON Body' })
  await hands.click(body)
  await hands.press('Control+a')
  await page.keyboard.type('{"words": "Good evening"}')
  await saved(page)
  await hands.click(page.getByRole('button', { name: 'Publish', exact: true }))
  const sheet = page.getByRole('dialog', { name: 'Publish' })
  await sheet
    .getByRole('region', { name: 'What changes' })
    .getByRole('listitem')
    .filter({ hasText: /Changed\s*Answer/ })
    .waitFor()
  await hands.click(sheet.getByRole('button', { name: 'Show on the canvas' }))
  await page.getByRole('button', { name: 'Answer, Changed', exact: true }).waitFor()
  await expectAccessible(page)
  await hands.click(page.getByRole('button', { name: 'Back to the draft' }))
  await publish(page, hands)
  expect(await callFlow(id)).toEqual({ words: 'Good evening' })
  await hands.click(page.getByRole('button', { name: 'Versions' }))
  const versions = page.getByRole('dialog', { name: 'Versions' })
  await hands.click(versions.getByRole('listitem').last().getByRole('button', { name: 'Use as draft' }))
  await hands.click(page.getByRole('dialog', { name: 'Use this version as the draft?' }).getByRole('button').last())
  await page.getByText('The older version is the draft now').waitFor()
  await publish(page, hands)
  expect(await callFlow(id)).toEqual({ words: 'Hello' })
  expect(hands.acts).toBeLessThanOrEqual(15)
  await end()
})

test('a refused change shows at the step and the field that the server names, with the reason', async () => {
  const id = await flowOfCode(app, 'Refused', ['Check'])
  const visit = await open(id)
  const { page } = visit
  visit.expectProblem(/^answered 400: POST .*\/flows\//)
  await step(page, 'Check').focus()
  await page.keyboard.press('a')
  await searchStep(page, 'branches', 'Branches')
  const panel = settingsOf(page, 'Branches')
  await panel.getByRole('textbox', { name: 'Name of branch 1' }).fill('x'.repeat(1001))
  await panel
    .getByRole('alert')
    .filter({ hasText: /^The last change of Name of the branch was not saved\..*1000/ })
    .waitFor()
  await page
    .getByRole('status')
    .getByText(/^Not saved: /)
    .waitFor()
  await expectAccessible(page)
  // It does not show at other steps.
  await step(page, 'Check').click()
  await settingsOf(page, 'Check').waitFor()
  expect(await page.getByRole('alert').filter({ hasText: 'was not saved' }).count()).toBe(0)
  await visit.end()
})

/** A flow with two branches and ten steps in the first. */
async function flowOfBranches(): Promise<string> {
  const id = await flowOfCode(app, 'Many branches', ['Check'])
  const { api } = await app.owner()
  const operate = (body: Operation) => api.flows.operate({ params: { id }, body })
  const exists = { operator: 'EXISTS' as const, firstValue: '{{trigger}}' }
  const branches = [
    { branchType: 'CONDITION' as const, branchName: 'Large orders', conditions: [[exists]] },
    { branchType: 'FALLBACK' as const, branchName: 'Otherwise' },
  ]
  const settings = { branches, executionType: 'EXECUTE_FIRST_MATCH' as const }
  const router = { type: 'ROUTER' as const, name: 'router', displayName: 'Size', settings }
  await operate({ type: 'ADD_ACTION', request: { parentStep: 'step_1', action: router } })
  for (let at = 10; at > 0; at--) {
    const code = { sourceCode: { code: 'export const code = async () => 1', packageJson: '{}' }, input: {} }
    const action = { type: 'CODE' as const, name: `inner_${at}`, displayName: `Inner ${at}`, settings: code }
    const place = { parentStep: 'router', stepLocationRelativeToParent: 'INSIDE_BRANCH' as const, branchIndex: 0 }
    await operate({ type: 'ADD_ACTION', request: { ...place, action } })
  }
  return id
}

test('a branch with ten steps that was deleted by mistake comes back in two clicks', async () => {
  const id = await flowOfBranches()
  const before = essence(await versionAtServer(app, id))
  const { page, hands, end } = await open(id)
  // The canvas draws what is in view: from here the end of the branch is.
  await page.getByRole('button', { name: 'Fit the flow' }).click()
  await step(page, 'Inner 10').waitFor()
  await page.getByRole('button', { name: 'Large orders', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete the branch with its steps' }).click()
  await step(page, 'Inner 10').waitFor({ state: 'detached' })
  await saved(page)
  await expect.poll(() => stepsAtServer(app, id)).toHaveLength(3)
  await hands.click(page.getByRole('region', { name: 'Notifications' }).getByRole('button', { name: 'Undo' }))
  await step(page, 'Inner 10').waitFor()
  await saved(page)
  await expect.poll(async () => essence(await versionAtServer(app, id))).toEqual(before)
  expect(hands.acts).toBeLessThanOrEqual(2)
  await end()
})

test('five steps with a loop go from one flow to another with six keys', async () => {
  const from = await flowOfCode(app, 'Source', ['One', 'Two', 'Three', 'Four'])
  const { api } = await app.owner()
  const loop = { type: 'LOOP_ON_ITEMS' as const, name: 'loop', displayName: 'Each', settings: { items: '{{[1]}}' } }
  const request = { parentStep: 'step_2', action: loop }
  await api.flows.operate({ params: { id: from }, body: { type: 'ADD_ACTION', request } })
  const to = await flowOfCode(app, 'Parcels', ['Begin'])
  const { page, hands, end } = await open(from)
  await step(page, 'One').focus()
  await hands.press('Control+a')
  await expect.poll(() => page.getByRole('button', { name: /, /, pressed: true }).count()).toBe(5)
  await hands.press('Control+c')
  await hands.press('Control+k')
  await page.getByRole('combobox').and(page.locator(':focus')).waitFor()
  await page.keyboard.type('Parcels')
  await page.locator('[role=option][data-highlighted]').getByText('Parcels').waitFor()
  await hands.press('Enter')
  await step(page, 'Begin').waitFor()
  await hands.press('Control+v')
  await step(page, 'Four').waitFor()
  await saved(page)
  await expect
    .poll(async () => (await stepsAtServer(app, to)).slice(1))
    .toEqual(['Begin', 'One', 'Two', 'Each', 'Three', 'Four'])
  expect(hands.acts).toBeLessThanOrEqual(6)
  await end()
})

test('a flow is read aloud from its trigger to its end, a field is changed, and that it is saved is heard', async () => {
  const id = await flowOfCode(app, 'Letters', ['Weigh', 'Price', 'Stamp'])
  const names = await stepsAtServer(app, id)
  const { page, hands, end } = await open(id)
  await step(page, 'Stamp').waitFor()
  // The order in which it is read is that of the flow.
  const read = await canvasOf(page).ariaSnapshot()
  expect([...read.matchAll(/button "([^",]+), /g)].map(([, name]) => name)).toEqual(names)
  await hands.tabTo('button', new RegExp(`^${names[0]}, `))
  for (const name of names.slice(1)) {
    await hands.press('ArrowDown')
    await expect.poll(async () => (await focused(page)).name).toMatch(new RegExp(`^${name}, `))
  }
  await hands.press('Enter')
  await settingsOf(page, 'Stamp').waitFor()
  // Every control has a name.
  await expectAccessible(page)
  const mark = await page.getByRole('status').filter({ hasText: 'Saved' }).elementHandle()
  await hands.tabTo('button', 'Rename')
  await hands.press('Enter')
  await page.getByRole('textbox', { name: 'Name of the step' }).and(page.locator(':focus')).waitFor()
  await page.keyboard.type('Send')
  await hands.press('Enter')
  await settingsOf(page, 'Send').waitFor()
  await expect.poll(() => stepsAtServer(app, id)).toEqual([...names.slice(0, -1), 'Send'])
  // Readers say the words that change in a place that stays.
  await expect.poll(() => mark?.evaluate(({ isConnected, textContent }) => isConnected && textContent)).toBe('Saved')
  await end()
})
