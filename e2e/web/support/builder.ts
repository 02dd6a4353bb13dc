import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Action, Step } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { codeAction, webhookTrigger } from '@piecework/server/testing/flows'
import type { Locator, Page } from 'playwright-core'
import type { TestApp } from './app.ts'
import type { Person } from './person.ts'

/** The controls of the builder, as people find them. */

export const step = (page: Page, name: string): Locator => page.getByRole('button', { name: new RegExp(`^${name}, `) })

export const canvasOf = (page: Page): Locator => page.getByRole('application', { name: /^Steps of/ })

export const saved = (page: Page): Promise<void> =>
  page.getByRole('status').getByText('Saved', { exact: true }).waitFor()

/** A flow that starts with a webhook and goes on with code steps. @param person its author, else the owner */
export async function flowOfCode(
  app: TestApp,
  displayName: string,
  names: readonly string[],
  person?: Person,
): Promise<string> {
  const { api, projectId, token } = person ?? (await app.owner())
  const { id } = await api.flows.create({ body: { displayName, projectId } })
  const nextAction = names.reduceRight<object | undefined>(
    (next, name, index) => ({
      ...{ ...codeAction(`step_${index + 1}`, 'export const code = async () => 1'), displayName: name },
      ...(next ? { nextAction: next } : {}),
    }),
    undefined,
  )
  const trigger = { ...webhookTrigger(), ...(nextAction ? { nextAction } : {}) }
  // The API checks what it is sent.
  await fetch(`${app.origin}/api/v1/flows/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'IMPORT_FLOW', request: { displayName, trigger, schemaVersion: '20', notes: [] } }),
  })
  return id
}

/** The steps as they are at the server, in reading order, by their names for people. */
export async function stepsAtServer(app: TestApp, id: string): Promise<string[]> {
  const { trigger } = await versionAtServer(app, id)
  return [...walk(trigger)].map(({ displayName }: Step | Action) => displayName)
}

export async function versionAtServer(app: TestApp, id: string): Promise<FlowVersion> {
  const { api } = await app.owner()
  return (await api.flows.get({ params: { id } })).version
}

const FORGOTTEN = new Set(['sampleData', 'lastUpdatedDate', 'createdAt', 'updatedAt', 'ownerId', 'propertySettings'])

/** Everything of a flow that undoing brings back. */
export function essence({ displayName, trigger, notes, valid }: FlowVersion): unknown {
  const sorted = notes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return JSON.parse(
    JSON.stringify({ displayName, trigger, notes: sorted, valid }, (key, value) =>
      FORGOTTEN.has(key) || (key === 'skip' && value === false) ? undefined : value,
    ),
  )
}

/** The flow as the screen has it: all of it, to read and compare. */
export async function pictureOf(page: Page): Promise<string> {
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Fit the flow' }).click()
  const picture = await canvasOf(page).ariaSnapshot()
  // Which step is chosen, and how near it is, is no part of the flow.
  return picture.replaceAll(/ \[(pressed|active)(=\w+)?\]/g, '').replaceAll(/\d+%/g, '')
}

/** Adds a step after the one that has the focus, with the keyboard alone. */
export async function addByKeys(page: Page, kind: 'Code' | 'Loop' | 'Branches'): Promise<void> {
  await page.keyboard.press('a')
  await page.getByRole('combobox', { name: 'Search steps and pieces' }).waitFor()
  await page.keyboard.type(kind.toLowerCase())
  await page.getByRole('option', { name: kind, exact: true, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Search steps and pieces' }).waitFor({ state: 'detached' })
}
