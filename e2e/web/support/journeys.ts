import { webhookTrigger } from '@piecework/server/testing/flows'
import type { Locator, Page } from 'playwright-core'
import type { TestApp } from './app.ts'
import type { Hands } from './hands.ts'

/** Ways that several journeys through the app take. */

export const settingsOf = (page: Page, name: string): Locator =>
  page.getByRole('complementary', { name: `Settings of ${name}` })

/** Chooses in the list of steps or triggers, which is open. */
export async function searchStep(page: Page, words: string, name: string): Promise<void> {
  const search = page.getByRole('combobox', { name: /^Search (steps and pieces|triggers)$/ })
  await search.waitFor()
  await page.keyboard.type(words)
  await page.getByRole('option', { name, exact: true, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
}

/** Publishes the open flow. */
export async function publish(page: Page, hands: Hands): Promise<void> {
  await hands.click(page.getByRole('button', { name: 'Publish', exact: true }))
  await hands.click(page.getByRole('button', { name: 'Publish now' }))
  await page.getByText('Published. It runs now.').first().waitFor()
  await page.getByRole('dialog', { name: 'Publish', exact: true }).waitFor({ state: 'detached' })
}

/** Gives a flow a webhook and an answer with a text. */
export async function readsFlow(app: TestApp, id: string, words: string): Promise<void> {
  const { api } = await app.owner()
  const name = 'piece-webhook'
  const { version } = await api.pieces.getScoped({ params: { scope: '@activepieces', name } })
  const input = { responseType: 'json', respond: 'stop', fields: { status: 200, headers: {}, body: { words } } }
  const settings = { pieceName: `@activepieces/${name}`, pieceVersion: version, propertySettings: {} }
  const trigger = webhookTrigger()
  const request = { ...trigger, displayName: 'Call', settings: { ...trigger.settings, pieceVersion: version } }
  await api.flows.operate({ params: { id }, body: { type: 'UPDATE_TRIGGER', request } })
  const action = {
    ...{ type: 'PIECE' as const, name: 'answer', displayName: 'Answer' },
    settings: { ...settings, actionName: 'return_response', input },
  }
  await api.flows.operate({ params: { id }, body: { type: 'ADD_ACTION', request: { parentStep: 'trigger', action } } })
}
