import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { addByKeys, essence, flowOfCode, step, versionAtServer } from './support/builder.ts'
import { play, settled, type Turn, turnBack } from './support/walk.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const open = async (id: string) =>
  app.visit(`/flows/${id}`, {
    ...{ person: await app.owner(), viewport: { width: 1800, height: 1400 } },
    permissions: ['clipboard-read', 'clipboard-write'],
  })

/** Steps and branches by their number on the canvas, from the top. */
const EDITS: readonly Pick<Turn, 'act' | 'first' | 'second'>[] = [
  { act: 'add', first: 0, second: 0 },
  { act: 'deleteByMenu', first: 1, second: 0 },
  { act: 'delete', first: 1, second: 0 },
  { act: 'duplicate', first: 2, second: 0 },
  { act: 'skip', first: 1, second: 0 },
  { act: 'copy', first: 1, second: 2 },
  { act: 'move', first: 1, second: 2 },
  { act: 'replace', first: 1, second: 1 },
  { act: 'replace', first: 0, second: 1 },
  { act: 'rename', first: 1, second: 0 },
  { act: 'addBranch', first: 0, second: 0 },
  { act: 'changeBranch', first: 0, second: 0 },
  { act: 'changeBranch', first: 0, second: 2 },
  { act: 'changeBranch', first: 0, second: 3 },
  { act: 'renameBranch', first: 0, second: 0 },
  { act: 'note', first: 0, second: 0 },
  { act: 'changeNote', first: 0, second: 1 },
  { act: 'changeNote', first: 0, second: 0 },
  { act: 'nameFlow', first: 0, second: 0 },
]

test('each kind of edit is taken back and done again by itself', async () => {
  const id = await flowOfCode(app, 'Edited', ['Check', 'Send'])
  const visit = await open(id)
  const { page } = visit
  await step(page, 'Send').click()
  await step(page, 'Send').focus()
  await addByKeys(page, 'Branches')
  // A second branch to change places with, and a note to change.
  await play(page, { act: 'addBranch', first: 0, second: 0, text: '' })
  await play(page, { act: 'note', first: 0, second: 0, text: 'Watch this' })
  await settled(page)
  const flow = async () => essence(await versionAtServer(app, id))
  const before = await flow()
  for (const [index, edit] of EDITS.entries()) {
    await play(page, { ...edit, text: `new ${index}` })
    await settled(page)
    const after = await flow()
    expect({ edit, after }).not.toEqual({ edit, after: before })
    while (await turnBack(page, 'Undo')) {
      await settled(page)
      if (isDeepStrictEqual(await flow(), before)) break
    }
    expect({ edit, flow: await flow() }).toEqual({ edit, flow: before })
    await turnBack(page, 'Redo')
    await settled(page)
    await turnBack(page, 'Undo')
    await settled(page)
    expect({ edit, flow: await flow() }).toEqual({ edit, flow: before })
  }
  await visit.end()
})

test('after a step is deleted or undone, the keys go on from the step before it', async () => {
  const id = await flowOfCode(app, 'Focus', ['Check', 'Send', 'Log'])
  const visit = await open(id)
  const { page } = visit
  const focused = (name: string) => step(page, name).and(page.locator(':focus')).waitFor()
  await step(page, 'Send').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await focused('Check')
  await page.keyboard.press('ArrowDown')
  await focused('Log')
  await page.keyboard.press('Delete')
  await focused('Check')
  await addByKeys(page, 'Loop')
  await focused('Loop')
  await page.keyboard.press('Control+z')
  await focused('Check')
  await settled(page)
  await visit.end()
})

test('a branch is renamed through its menu, and the focus comes back to it', async () => {
  const id = await flowOfCode(app, 'Branches', ['Check'])
  const visit = await open(id)
  const { page } = visit
  await step(page, 'Check').click()
  await step(page, 'Check').focus()
  await addByKeys(page, 'Branches')
  // An earlier menu: the focus must not go back to that one.
  await page.getByRole('button', { name: 'More for this flow' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Branch 1', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name of the branch', exact: true }).fill('Large orders')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Large orders', exact: true }).and(page.locator(':focus')).waitFor()
  await settled(page)
  await visit.end()
})
