import { codeAction, pieceAction, pieceTrigger, webhookTrigger } from '@piecework/server/testing/flows'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { counted } from './support/budget.ts'
import { saved, step } from './support/builder.ts'
import { callFlow, publishedFlow } from './support/flows.ts'
import type { Person } from './support/person.ts'

/** Journeys of operators, each with the clicks that it may take. */

let app: TestApp
let owner: Person
beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const named = (action: object, displayName: string, nextAction?: object) => ({
  ...action,
  displayName,
  ...(nextAction && { nextAction }),
})
const NEEDS_POSTCODE = `export const code = async ({ order }) => {
  if (!order.postcode) throw new Error('422: postcode is empty')
  return order.postcode
}`
const checkOrder = () => ({
  ...webhookTrigger(),
  nextAction: named(codeAction('step_1', NEEDS_POSTCODE, { order: '{{trigger.body}}' }), 'Check the order'),
})

const statusesOf = async (flowId: string) => {
  const { data } = await owner.api.flowRuns.list({
    query: { projectId: owner.projectId, flowId: [flowId], limit: 100 },
  })
  return data.map(({ status }) => status)
}

const COUNT = 100
const WRONG = 62
/** Reads a field that the orders do not have, in the middle of a hundred steps. */
const hundredSteps = () => {
  const stepAt = (index: number): object =>
    index === WRONG
      ? named(
          codeAction(
            `step_${index}`,
            `export const code = async ({ price }) => {
              if (price === '') throw new Error('price is empty')
              return { total: price * 2 }
            }`,
            { price: '{{trigger.body.order.prize}}' },
          ),
          'Work out the total',
        )
      : named(codeAction(`step_${index}`, `export const code = async () => ${index}`), `Number ${index}`)
  let next: object | undefined
  for (let index = COUNT; index > 0; index--) next = { ...stepAt(index), ...(next && { nextAction: next }) }
  return { ...webhookTrigger(), nextAction: next }
}

/**
 * From the start page to the retry of all runs that failed, with the expression put right on the way.
 * @param opens opens the step that failed, where there is no room to show it at once
 * @param look is called at each place on the way
 */
async function mendAndRetry(
  page: Page,
  flow: string,
  opens?: Locator,
  look = async (): Promise<void> => {},
): Promise<number> {
  const by = counted(page)
  await by.click(page.getByRole('row', { name: new RegExp(flow) }).getByRole('link', { name: /^Failed/ }))
  if (opens) await by.click(opens)
  const panel = page.getByRole('complementary', { name: 'Work out the total', exact: true })
  await panel.getByRole('alert').getByText('price is empty').waitFor()
  await panel.getByRole('tree', { name: 'Input' }).getByText('price').waitFor()
  await look()
  await by.click(panel.getByRole('button', { name: 'Open in the builder with this data' }))
  await by.click(page.getByRole('textbox', { name: 'Value of price' }))
  await by.press('Control+a')
  await by.type('{{trigger.body.order.price}}')
  await page.getByRole('status').filter({ hasText: 'On the last data' }).getByText('12').waitFor()
  await saved(page)
  await look()
  await page.keyboard.press('Escape')
  await by.click(page.getByRole('button', { name: 'Publish', exact: true }))
  await by.click(page.getByRole('button', { name: 'Publish now' }))
  await page.getByText('Published. It runs now.').first().waitFor()
  await by.click(page.getByRole('link', { name: 'Issues' }))
  const row = page.getByRole('row', { name: new RegExp(flow) })
  await row.waitFor()
  await look()
  await by.click(row.getByRole('button', { name: /^Actions for .*price is empty/ }))
  await by.click(page.getByRole('menuitem', { name: 'Retry all on the latest version' }))
  await page.getByRole('complementary', { name: 'Acts on many runs' }).getByText('2 of 2 done').first().waitFor()
  return by.spent()
}

test('journey 4: the step of a hundred that failed is put right, and all runs are retried', async () => {
  const { id } = await publishedFlow(app, 'Hundred steps', hundredSteps())
  for (let n = 0; n < 2; n++) await callFlow(app, id, { order: { price: 12 } })
  const visit = await app.visit('/automations', { person: owner })
  expect(await mendAndRetry(visit.page, 'Hundred steps')).toBeLessThanOrEqual(11)
  await expect.poll(() => statusesOf(id)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'FAILED'])
  await visit.end()
})

/** Fails where text is cut without a sign of it, the page is wider than the screen, or the focus does not show. */
async function expectLegible(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const isCut = (at: HTMLElement): boolean => {
      const { overflowX, textOverflow } = getComputedStyle(at)
      const hasText = [...at.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      const isSeen = at.clientWidth > 1 && at.checkVisibility({ visibilityProperty: true })
      return (
        hasText &&
        isSeen &&
        /hidden|clip/.test(overflowX) &&
        textOverflow !== 'ellipsis' &&
        at.scrollWidth > at.clientWidth + 1
      )
    }
    const at = document.activeElement
    const { outlineStyle, boxShadow, borderColor } = getComputedStyle(at ?? document.body)
    return {
      overflow: Math.max(0, document.documentElement.scrollWidth - innerWidth),
      cut: [...document.querySelectorAll<HTMLElement>('body *')].filter(isCut).map(({ textContent }) => textContent),
      isDark: document.documentElement.dataset.theme === 'dark',
      focus:
        at === document.body || outlineStyle !== 'none' || boxShadow !== 'none'
          ? 'seen'
          : `${at?.outerHTML.slice(0, 200)} ${borderColor}`,
    }
  })
  expect(found).toEqual({ overflow: 0, cut: [], isDark: true, focus: 'seen' })
}

test('journey 23: the same in the dark, with everything twice as large', async () => {
  const { id } = await publishedFlow(app, 'Hundred in the dark', hundredSteps())
  for (let n = 0; n < 2; n++) await callFlow(app, id, { order: { price: 12 } })
  const { page, end } = await app.visit('/automations', {
    ...{ person: owner, viewport: { width: 720, height: 450 }, deviceScaleFactor: 2, colorScheme: 'dark' },
  })
  const failed = page.getByRole('button', { name: 'Work out the total' }).first()
  const look = async () => {
    await page.keyboard.press('Tab')
    await expectLegible(page)
  }
  expect(await mendAndRetry(page, 'Hundred in the dark', failed, look)).toBeLessThanOrEqual(12)
  await expect.poll(() => statusesOf(id)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'FAILED'])
  await end()
})

test('journey 13: which flows failed, since when and how often, and their runs', async () => {
  const orders = await publishedFlow(app, 'Order check', checkOrder())
  const parcels = await publishedFlow(app, 'Parcel check', checkOrder())
  // More often than the flows of the other journeys: the overview names the worst three.
  for (let n = 0; n < 4; n++) await callFlow(app, orders.id, { n })
  for (let n = 0; n < 3; n++) await callFlow(app, parcels.id, { n })
  const visit = await app.visit('/', { person: owner })
  const { page } = visit
  const by = counted(page)
  await by.click(page.getByRole('link', { name: 'Runs', exact: true }))
  const failed = page.getByRole('list', { name: 'What failed' }).getByRole('listitem')
  await failed
    .filter({ hasText: 'Parcel check' })
    .getByText(/^3 times, first/)
    .waitFor()
  const worst = failed.filter({ hasText: 'Order check' })
  await worst.getByText(/^4 times, first/).waitFor()
  await by.click(worst.getByRole('link', { name: 'Order check' }))
  await page.getByText('4 runs', { exact: true }).first().waitFor()
  await by.click(page.getByRole('button', { name: 'Order check', exact: true }).first())
  await page.getByRole('alert').getByText('postcode is empty').waitFor()
  expect(by.spent()).toBeLessThanOrEqual(3)
  await visit.end()
})

test('journey 14: many failed runs of one flow are retried, followed, and stopped half way', async () => {
  const many = 300
  const { id } = await publishedFlow(app, 'Mass check', checkOrder())
  for (let n = 0; n < many; n += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => callFlow(app, id, { n: n + index })))
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  const by = counted(page)
  await by.click(page.getByRole('link', { name: 'Issues' }))
  const issue = page.getByRole('row', { name: /Mass check/ })
  await issue.getByRole('cell', { name: String(many), exact: true }).waitFor()
  await by.click(issue.getByRole('button', { name: /^Actions for / }))
  await by.click(page.getByRole('menuitem', { name: 'Retry all from the failed step' }))
  const progress = page.getByRole('complementary', { name: 'Acts on many runs' })
  await progress.getByText(/^\d+ of 300 done/).waitFor()
  await by.click(progress.getByRole('button', { name: 'Stop the rest' }))
  await progress.getByText(/ done, stopped/).waitFor()
  expect(by.spent()).toBeLessThanOrEqual(5)
  const readAct = async () => (await owner.api.bulkActs.list({ query: { projectId: owner.projectId } })).data[0]
  // A batch that was under way comes to its end, and counts.
  const showsDone = async () => progress.getByText(`${(await readAct())?.done} of 300 done, stopped`).isVisible()
  await expect.poll(showsDone).toBe(true)
  const act = await readAct()
  expect(act).toMatchObject({ status: 'CANCELED', total: many, skipped: 0 })
  expect(act?.done).toBeLessThan(many)
  await visit.end()
})

test('journey 15: one sentence on the page of a flow says why it does not run', async () => {
  const schedule = '@activepieces/piece-schedule'
  const { version } = await owner.api.pieces.get({ params: { name: schedule }, query: {} })
  const { version: delay } = await owner.api.pieces.get({ params: { name: '@activepieces/piece-delay' }, query: {} })
  const off = await publishedFlow(app, 'Switched off', checkOrder())
  await owner.api.flows.operate({
    params: { id: off.id },
    body: { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } },
  })
  const hourly = await publishedFlow(
    app,
    'Every hour',
    pieceTrigger(schedule, version, 'every_hour', { run_on_weekends: true }),
  )
  const never = await owner.api.flows.create({ body: { displayName: 'Never', projectId: owner.projectId } })
  const wait = pieceAction('step_1', '@activepieces/piece-delay', delay, 'delayFor', { unit: 'hours', delayFor: 3 })
  const paused = await publishedFlow(app, 'Waits', { ...webhookTrigger(), nextAction: wait })
  await fetch(`${app.origin}/api/v1/webhooks/${paused.id}`, { method: 'POST' })
  await expect.poll(() => statusesOf(paused.id)).toEqual(['PAUSED'])
  const reasons: [string, RegExp][] = [
    [off.id, /^It has been off since .* Ada Lovelace turned it off\.$/],
    [hourly.id, /^Its trigger looks next at \d+ \w+ \d+, \d+:00:00/],
    [never.id, /^It was never published: publish it to let it run\.$/],
    [paused.id, /^1 run is paused; it goes on at \d+ \w+ \d+, /],
  ]
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  for (const [id, reason] of reasons) {
    await page.goto(`${app.origin}/flows/${id}`)
    const by = counted(page)
    await by.click(page.getByRole('button', { name: 'More for this flow' }))
    await by.click(page.getByRole('menuitem', { name: 'Why does it not run?' }))
    await page.getByRole('dialog').getByRole('status').getByText(reason).waitFor()
    expect(by.spent()).toBeLessThanOrEqual(2)
  }
  await page.goto(`${app.origin}/runs?status=%5B%22PAUSED%22%5D`)
  await page.getByRole('button', { name: 'Waits', exact: true }).click()
  await page.getByText('This run waits at step_1.').waitFor()
  await page.getByText(/it goes on at \d+ \w+ \d+, /).waitFor()
  await visit.end()
})

test('journey 16: the round that failed among thousands, with its input', async () => {
  const loop = {
    ...{ name: 'step_2', type: 'LOOP_ON_ITEMS', displayName: 'For each line', valid: true },
    settings: { items: '{{step_1}}' },
    firstLoopAction: named(
      codeAction(
        'step_3',
        `export const code = async ({ line }) => {
          if (line.id === 1777) throw new Error('no weight')
          return line.id
        }`,
        { line: '{{step_2.item}}' },
      ),
      'Weigh',
    ),
  }
  const lines = codeAction(
    'step_1',
    'export const code = async () => Array.from({ length: 2000 }, (_, id) => ({ id: id + 1 }))',
  )
  const { id } = await publishedFlow(app, 'Long loop', {
    ...webhookTrigger(),
    nextAction: named(lines, 'Read the lines', loop),
  })
  await fetch(`${app.origin}/api/v1/webhooks/${id}`, { method: 'POST' })
  await expect.poll(() => statusesOf(id)).toEqual(['FAILED'])
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  const by = counted(page)
  await by.click(page.getByRole('button', { name: 'Long loop', exact: true }))
  await page.getByRole('alert').getByText('no weight').waitFor()
  expect(await page.getByRole('spinbutton', { name: 'Round, of 1,777' }).inputValue()).toBe('1777')
  await page.getByRole('tree', { name: 'Input' }).getByText('1777').waitFor()
  await step(page, 'Weigh').waitFor()
  expect(by.spent()).toBeLessThanOrEqual(3)
  await visit.end()
})

test('journey 17: on a phone, a failed run is seen, understood and retried', async () => {
  const { id } = await publishedFlow(app, 'Phone orders', checkOrder())
  await callFlow(app, id, {})
  const visit = await app.visit('/', {
    ...{ person: owner, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })
  const { page } = visit
  const by = counted(page)
  await by.tap(page.getByRole('link', { name: /^\d+ failing$/ }))
  const run = page.getByRole('link', { name: /^Phone orders.*Check the order: Error: 422: postcode is empty/ })
  await by.tap(run)
  await by.tap(page.getByRole('button', { name: 'Check the order' }))
  await page.getByRole('alert').getByText('postcode is empty').waitFor()
  await by.tap(page.getByRole('button', { name: 'Close the step' }))
  await by.tap(page.getByRole('button', { name: 'Retry from the failed step' }))
  await page.getByText('The run starts again').waitFor()
  expect(by.spent()).toBeLessThanOrEqual(5)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await visit.end()
})
