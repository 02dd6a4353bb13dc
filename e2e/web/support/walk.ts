import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { addByKeys, canvasOf, step } from './builder.ts'

/** Acts of a person in the builder, for walks that choose them at random. */

/** Numbers that choose what an act is done to, and the text that it types. */
export interface Turn {
  act: ActName
  first: number
  second: number
  text: string
}

/** More steps than this make a walk slow, and it deletes some. */
const MANY_STEPS = 14
const KINDS = ['Code', 'Loop', 'Branches'] as const
const ADDABLE = [
  ...KINDS.map((name) => ({ search: name, name })),
  { search: 'slugify', name: 'Slugify' },
  { search: 'text to hash', name: 'Text to Hash' },
] as const
const TRIGGERS = [
  { search: 'catch webhook', name: 'Catch Webhook' },
  { search: 'every hour', name: 'Every Hour' },
] as const

const stepsOf = (page: Page): Locator =>
  canvasOf(page).getByRole('button', { name: /, (not tested|tested|not complete|skipped)$/ })
const placesOf = (page: Page): Locator => canvasOf(page).getByRole('button', { name: /^Add a step (after|inside) / })
const branchesOf = (page: Page): Locator => canvasOf(page).getByRole('button', { name: /^(Branch \d+|Way .*)$/ })

/** One of several, or none. */
async function one(all: Locator, number: number): Promise<Locator | undefined> {
  const count = await all.count()
  return count === 0 ? undefined : all.nth(number % count)
}

/** As the Tab key does; any key ends what the page does about the focus after the last act. */
async function focus(page: Page, at: Locator): Promise<void> {
  await page.keyboard.press('Shift')
  await at.focus()
}

/** Opens the settings of a step, which chooses it. */
async function open(page: Page, number: number): Promise<Locator | undefined> {
  const card = await one(stepsOf(page), number)
  if (!card) return undefined
  const label = (await card.getAttribute('aria-label')) ?? ''
  const name = label.replace(/, [^,]*$/, '')
  await focus(page, card)
  await page.keyboard.press('Enter')
  // A trigger that is not chosen yet asks what it is to be.
  await panelOf(page, name)
    .or(page.getByRole('combobox', { name: 'Search triggers' }))
    .first()
    .waitFor()
  if (await panelOf(page, name).isVisible()) return panelOf(page, name)
  await page.keyboard.press('Escape')
  return undefined
}

const panelOf = (page: Page, name: string): Locator =>
  page.getByRole('complementary', { name: `Settings of ${name}`, exact: true })

/** Chooses in the open picker, with the keyboard. */
async function choose(page: Page, { search, name }: { search: string; name: string }): Promise<void> {
  const box = page.getByRole('combobox', { name: /^Search (steps and pieces|triggers)$/ })
  await box.fill(search)
  await page.getByRole('option', { name, exact: true, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await box.waitFor({ state: 'detached' })
}

async function chooseInMenu(page: Page, button: Locator, item: string | RegExp): Promise<boolean> {
  await focus(page, button)
  await page.keyboard.press('Enter')
  await page.getByRole('menu').waitFor()
  const entry = page.getByRole('menuitem', { name: item }).first()
  const isOffered = (await entry.count()) > 0 && !(await entry.isDisabled())
  if (isOffered) await entry.click()
  else await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  return isOffered
}

/** With the menu of a step, which shows while its card has the focus. */
async function menuOfStep(page: Page, number: number, item: string | RegExp): Promise<void> {
  const card = await one(stepsOf(page), number)
  if (!card) return
  await focus(page, card)
  await page.keyboard.press('Tab')
  const menu = page.getByRole('button', { name: /^Actions for / }).and(page.locator(':focus'))
  await menu.waitFor()
  await chooseInMenu(page, menu, item)
}

/** Whether a click would meet it, and nothing that lies over it. */
const isFree = (at: Locator): Promise<boolean> =>
  at.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    return hit !== null && (element.contains(hit) || hit.contains(element))
  })

/** Waits until nothing is on its way to the server; a change that it refused fails. */
export async function settled(page: Page): Promise<void> {
  const state = page.getByRole('status').filter({ hasText: /^(Saved|Saving…|Not saved|Offline)/ })
  await expect.poll(() => state.textContent()).toMatch(/^(Saved$|Not saved)/)
  expect(await state.textContent()).toBe('Saved')
}

type Play = (page: Page, turn: Turn) => Promise<unknown>

const history =
  (name: 'Undo' | 'Redo'): Play =>
  async (page, { first }) => {
    for (let times = first % 4; times >= 0; times--) await turnBack(page, name)
  }

/** Presses the button, unless there is nothing to take back. @returns whether there was */
export async function turnBack(page: Page, name: 'Undo' | 'Redo'): Promise<boolean> {
  const button = page.getByRole('button', { name, exact: true }).first()
  if (await button.isDisabled()) return false
  await button.click()
  return true
}

const deleteOne: Play = async (page, { first }) => {
  if ((await stepsOf(page).count()) < 2) return
  // The trigger stays.
  if (await open(page, 1 + first)) await page.keyboard.press('Delete')
}

const ACTS = {
  async add(page, turn) {
    if ((await stepsOf(page).count()) > MANY_STEPS) return deleteOne(page, turn)
    const place = await one(placesOf(page), turn.first)
    if (!place) return
    await focus(page, place)
    await page.keyboard.press('Enter')
    await choose(page, ADDABLE[turn.second % ADDABLE.length] ?? ADDABLE[0])
  },
  async addByKeys(page, { first, second }) {
    if (await open(page, first)) await addByKeys(page, KINDS[second % KINDS.length] ?? 'Code')
  },
  delete: deleteOne,
  deleteByMenu: (page, { first }) => menuOfStep(page, first, /^Delete/),
  async duplicate(page, { first }) {
    if (await open(page, first)) await page.keyboard.press('Control+d')
  },
  skip: (page, { first }) => menuOfStep(page, first, /^(Skip|Do not skip)/),
  async copy(page, { first, second }) {
    if (!(await open(page, first))) return
    await page.keyboard.press('Control+c')
    if (await open(page, second)) await page.keyboard.press('Control+v')
  },
  async move(page, { first, second }) {
    const [card, place] = [await one(stepsOf(page), first), await one(placesOf(page), second)]
    if (card && place && (await isFree(card)) && (await isFree(place))) await card.dragTo(place)
  },
  async replace(page, { first, second }) {
    const card = await one(stepsOf(page), first)
    const label = (await card?.getAttribute('aria-label')) ?? ''
    await menuOfStep(page, first, 'Replace')
    const box = page.getByRole('combobox', { name: /^Search (steps and pieces|triggers)$/ })
    await box.waitFor()
    const isTrigger = (await box.getAttribute('aria-label')) === 'Search triggers'
    const list = isTrigger ? TRIGGERS : ADDABLE
    await choose(page, list[second % list.length] ?? { search: label, name: label })
  },
  async rename(page, { first, text }) {
    const panel = await open(page, first)
    if (!panel) return
    await panel.getByRole('button', { name: 'Rename', exact: true }).click()
    const name = page.getByRole('textbox', { name: 'Name of the step' })
    await name.fill(`Step ${text}`)
    await name.press('Enter')
    await step(page, `Step ${text}`).first().waitFor()
  },
  async type(page, { first, second, text }) {
    const panel = await open(page, first)
    const field = panel && (await one(panel.getByRole('textbox'), second))
    if (!field || !(await field.isEditable())) return
    await field.click()
    await page.keyboard.type(text)
    await page.keyboard.press('Escape')
  },
  async addBranch(page, { first }) {
    const button = await one(canvasOf(page).getByRole('button', { name: /^Add a branch to / }), first)
    if (!button) return
    await focus(page, button)
    await page.keyboard.press('Enter')
  },
  async changeBranch(page, { first, second }) {
    const branch = await one(branchesOf(page), first)
    const items = ['Duplicate', 'Move left', 'Move right', 'Delete the branch with its steps']
    if (branch) await chooseInMenu(page, branch, items[second % items.length] ?? 'Duplicate')
  },
  async renameBranch(page, { first, text }) {
    const branch = await one(branchesOf(page), first)
    if (!branch || !(await chooseInMenu(page, branch, 'Rename'))) return
    const name = page.getByRole('textbox', { name: 'Name of the branch', exact: true })
    await name.fill(`Way ${text}`)
    await name.press('Enter')
  },
  async note(page, { text }) {
    await chooseInMenu(page, page.getByRole('button', { name: 'More for this flow' }), 'Add a note')
    const note = page.getByRole('textbox', { name: 'Text of the note' })
    await note.fill(text)
    await note.press('Escape')
  },
  async changeNote(page, { first, second }) {
    const note = await one(canvasOf(page).getByRole('region', { name: 'Note', exact: true }), first)
    if (!note) return
    if (second % 3 > 0)
      await chooseInMenu(page, note.getByRole('button', { name: 'Colour of the note' }), second % 2 ? 'Blue' : 'Red')
    else {
      await focus(page, note.getByRole('button', { name: 'Delete the note' }))
      await page.keyboard.press('Enter')
    }
  },
  async nameFlow(page, { text }) {
    await page.getByRole('heading', { level: 1 }).getByRole('button').click()
    const name = page.getByRole('textbox', { name: 'Name of the flow' })
    await name.fill(`Flow ${text}`)
    await name.press('Enter')
  },
  undo: history('Undo'),
  redo: history('Redo'),
} satisfies Record<string, Play>

type ActName = keyof typeof ACTS

/** How often each act is chosen, next to the others. */
export const WEIGHTS: Record<ActName, number> = {
  add: 6,
  addByKeys: 2,
  delete: 1,
  deleteByMenu: 1,
  duplicate: 2,
  skip: 2,
  copy: 2,
  move: 4,
  replace: 2,
  rename: 2,
  type: 5,
  addBranch: 2,
  changeBranch: 3,
  renameBranch: 1,
  note: 1,
  changeNote: 1,
  nameFlow: 1,
  undo: 4,
  redo: 3,
}

/** Does what a turn says, as far as there is something to do it to. */
export async function play(page: Page, turn: Turn): Promise<void> {
  const act: Play = ACTS[turn.act]
  await act(page, turn)
  // An open menu or picker of the last act would take the keys of the next one.
  await page.getByRole('menu').or(page.getByRole('listbox')).waitFor({ state: 'detached' })
}
