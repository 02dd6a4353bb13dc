import type { Action } from '@piecework/model/flow/step'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { addByKeys, canvasOf, flowOfCode } from './support/builder.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

async function emptyFlow(displayName: string): Promise<string> {
  const { api, projectId } = await app.owner()
  return (await api.flows.create({ body: { displayName, projectId } })).id
}

const open = async (id: string) => app.visit(`/flows/${id}`, { person: await app.owner() })
const step = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}, `) })
/** Waits until the step has the focus, as it does after it was added. */
const focused = (page: Page, name: string) =>
  expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''))
    .toContain(`${name}, `)
const saved = (page: Page) => page.getByRole('status').getByText('Saved', { exact: true }).waitFor()

async function choose(page: Page, search: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: /^Search/ }).fill(search)
  await page.getByRole('option', { name: option, exact: true }).first().click()
}

async function outline(id: string): Promise<string> {
  const { api } = await app.owner()
  const { version } = await api.flows.get({ params: { id } })
  return version.trigger.nextAction ? describeChain(version.trigger.nextAction) : ''
}

function describeChain(first: Action): string {
  const parts: string[] = []
  for (let action: Action | undefined = first; action; action = action.nextAction) {
    const inside =
      action.type === 'LOOP_ON_ITEMS'
        ? `(${action.firstLoopAction ? describeChain(action.firstLoopAction) : ''})`
        : action.type === 'ROUTER'
          ? `(${action.children.map((child) => (child ? describeChain(child) : '')).join('|')})`
          : ''
    parts.push(action.displayName + inside)
  }
  return parts.join(' ')
}

it('builds a flow with the mouse, takes edits back, and publishes it', async () => {
  const id = await emptyFlow('Orders')
  const { page, end } = await open(id)
  await step(page, 'Select Trigger').click()
  await choose(page, 'webhook', 'Catch Webhook')
  await page.getByRole('button', { name: /^Add a step after Catch Webhook/ }).click()
  await choose(page, 'code', 'Code')
  await page.getByRole('button', { name: 'Add a step after Code' }).click()
  await choose(page, 'loop', 'Loop')
  await page.getByRole('button', { name: 'Add a step inside Loop' }).click()
  await choose(page, 'branches', 'Branches')
  await saved(page)
  expect(await outline(id)).toBe('Code Loop(Branches(|))')
  await page.getByRole('button', { name: 'Add a branch to Branches' }).click()
  await page.getByRole('button', { name: 'Branch 2', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Branch 2', exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Redo' }).click()
  await page.getByRole('button', { name: 'Branch 2', exact: true }).waitFor()
  await saved(page)
  expect(await outline(id)).toBe('Code Loop(Branches(||))')
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Publish' }).click()
  const sheet = page.getByRole('dialog', { name: 'Publish' })
  await sheet.getByRole('region', { name: 'Complete these steps first' }).getByText('Loop').waitFor()
  await page.keyboard.press('Escape')
  await step(page, 'Loop').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await saved(page)
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Publish now' }).click()
  await page.getByText('Published. It runs now.').waitFor()
  const { api } = await app.owner()
  expect(await api.flows.get({ params: { id } })).toMatchObject({ status: 'ENABLED' })
  await end()
})

it('builds, copies and deletes with the keyboard alone', async () => {
  const id = await emptyFlow('By keys')
  const { page, end } = await open(id)
  const trigger = step(page, 'Select Trigger')
  await trigger.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Search triggers' }).waitFor()
  await page.keyboard.type('catch webhook')
  await page.getByRole('option', { name: 'Catch Webhook', exact: true, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await focused(page, 'Catch Webhook')
  for (const kind of ['Code', 'Loop']) {
    await page.keyboard.press('a')
    await page.getByRole('combobox', { name: 'Search steps and pieces' }).waitFor()
    await page.keyboard.type(kind.toLowerCase())
    await page.getByRole('option', { name: kind, exact: true, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await focused(page, kind)
  }
  await saved(page)
  expect(await outline(id)).toBe('Code Loop()')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Control+d')
  await saved(page)
  expect(await outline(id)).toBe('Code Code Copy Loop()')
  await page.keyboard.press('Control+z')
  await saved(page)
  await page.keyboard.press('Control+e')
  await step(page, 'Code')
    .and(page.getByRole('button', { name: 'Code, skipped' }))
    .waitFor()
  await page.keyboard.press('Delete')
  await saved(page)
  expect(await outline(id)).toBe('Loop()')
  await end()
})

it('keys act on the step that has the focus, whichever was chosen before', async () => {
  const id = await flowOfCode(app, 'By focus', ['One', 'Two', 'Three'])
  const { page, end } = await open(id)
  await step(page, 'One').click()
  await step(page, 'Three').focus()
  await addByKeys(page, 'Loop')
  await expect.poll(() => outline(id)).toBe('One Two Three Loop()')
  await focused(page, 'Loop')
  await step(page, 'Two').focus()
  await page.keyboard.press('Control+e')
  await page.getByRole('button', { name: 'Two, skipped' }).waitFor()
  await page.keyboard.press('Control+d')
  await expect.poll(() => outline(id)).toBe('One Two Two Copy Three Loop()')
  await step(page, 'One').focus()
  await page.keyboard.press('Control+c')
  await step(page, 'Two').focus()
  await page.keyboard.press('Control+v')
  await expect.poll(() => outline(id)).toBe('One Two One Two Copy Three Loop()')
  await step(page, 'Three').focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => outline(id)).toBe('One Two One Two Copy Loop()')
  // A click on the canvas chooses nothing, although the focus may stay where it was.
  await canvasOf(page).click({ position: { x: 20, y: 400 } })
  await page.keyboard.press('Delete')
  await step(page, 'Loop').focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => outline(id)).toBe('One Two One Two Copy')
  await end()
})
