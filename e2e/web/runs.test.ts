import { codeAction, pieceAction, pieceTrigger, webhookTrigger } from '@piecework/server/testing/flows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { callFlow, publishedFlow, publishInto } from './support/flows.ts'
import type { Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

/** Fails for every order without a postcode until it is published again with the code that does not. */
const STRICT = `export const code = async ({ orders }) => orders.map((order) => {
  if (!order.postcode) throw new Error('422: postcode is empty')
  return order.id
})`
const LENIENT = 'export const code = async ({ orders }) => orders.map((order) => order.id)'

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const publish = (flowId: string, code: string): Promise<void> =>
  publishInto(app, flowId, 'Order check', {
    ...webhookTrigger(),
    displayName: 'Orders arrive',
    nextAction: { ...codeAction('step_1', code, { orders: '{{trigger.body.orders}}' }), displayName: 'Check orders' },
  })

const call = (flowId: string, orders: object[]) => callFlow(app, flowId, { orders })

test('somebody finds the runs that failed, reads why, and retries all of them', async () => {
  const { id: flowId } = await owner.api.flows.create({
    body: { displayName: 'Order check', projectId: owner.projectId },
  })
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  await expectAccessible(page)

  await publish(flowId, STRICT)
  for (let n = 0; n < 30; n++) await call(flowId, [{ id: n, postcode: n % 10 === 0 ? '1011' : '' }])
  // They appear by themselves.
  await page
    .getByRole('row', { name: /Check orders: .*postcode is empty/ })
    .first()
    .waitFor()
  await page.getByText('30 runs').first().waitFor()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Status' }).click()
  await page.getByRole('checkbox', { name: 'Failed', exact: true }).click()
  await page.keyboard.press('Escape')
  await page.getByText('25 runs').waitFor()
  expect(new URL(page.url()).search).toContain('FAILED')

  await page.getByRole('button', { name: 'Order check' }).first().click()
  await page.getByRole('heading', { name: 'Check orders' }).waitFor()
  await page.getByRole('alert').getByText('postcode is empty').waitFor()
  await page.getByRole('tree', { name: 'Input' }).getByText('orders').waitFor()
  await page.getByRole('button', { name: 'What started it' }).click()
  await page.getByRole('tree', { name: 'What started it' }).getByText('rawBody').waitFor()
  await expectAccessible(page)
  await page.goBack()

  await publish(flowId, LENIENT)
  await page.getByRole('checkbox', { name: 'Select all runs on this page' }).click()
  await page.getByRole('button', { name: 'Select all that match' }).click()
  await page.getByRole('button', { name: 'Retry', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Run again with the latest version' }).click()
  await page.getByText('27 of 27 done').waitFor()
  // The new runs come next to those that failed.
  await page.getByText('57 runs').first().waitFor()
  await page.getByRole('button', { name: 'Clear' }).first().click()
  await page
    .getByRole('row', { name: /Succeeded/ })
    .first()
    .waitFor()
  await visit.end()
})

test('on a phone, five taps lead from the list to a retry', async () => {
  const { id: flowId } = await owner.api.flows.create({
    body: { displayName: 'Phone check', projectId: owner.projectId },
  })
  await publish(flowId, STRICT)
  await call(flowId, [{ id: 1 }])
  const visit = await app.visit('/automations', {
    person: owner,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = visit
  await page.getByRole('button', { name: 'Open pages' }).tap()
  await page.getByRole('link', { name: 'Runs' }).tap()
  await page
    .getByRole('link', { name: /Failed.*postcode is empty/ })
    .first()
    .tap()
  await page.getByRole('button', { name: 'Check orders' }).tap()
  await page.getByRole('alert').getByText('postcode is empty').waitFor()
  await page.getByRole('button', { name: 'Close the step' }).tap()
  await publish(flowId, LENIENT)
  await page.getByRole('button', { name: 'Retry from the failed step' }).tap()
  await page.getByText('The run starts again').waitFor()
  await visit.end()
})

test('somebody puts a flow right, retries all failures of one kind, and marks it as resolved', async () => {
  const { id: flowId } = await owner.api.flows.create({
    body: { displayName: 'Parcels', projectId: owner.projectId },
  })
  await publish(flowId, STRICT.replace('postcode is empty', 'parcel without address'))
  for (let n = 0; n < 3; n++) await call(flowId, [{ id: n }])
  const visit = await app.visit('/issues', { person: owner })
  const { page } = visit
  const issue = page.getByRole('row', { name: /parcel without address/ })
  await issue.getByRole('cell', { name: '3', exact: true }).waitFor()
  await expectAccessible(page)

  await publish(flowId, LENIENT)
  await page.getByRole('button', { name: /^Actions for .*parcel without address/ }).click()
  await page.getByRole('menuitem', { name: 'Retry all on the latest version' }).click()
  // It can be closed once it is done.
  await page
    .getByRole('complementary')
    .filter({ hasText: '3 of 3' })
    .getByRole('button', { name: 'Close', exact: true })
    .waitFor()
  await page.getByRole('button', { name: /^Actions for .*parcel without address/ }).click()
  await page.getByRole('menuitem', { name: 'Mark as resolved' }).click()
  await issue.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Resolved', exact: true }).click()
  await issue.getByRole('link', { name: /parcel without address/ }).click()
  await page.waitForURL(/\/runs\/\w+$/)
  await visit.end()
})

test('a run leads to the run that it called, and back', async () => {
  const piece = '@activepieces/piece-subflows'
  const child = await publishedFlow(app, 'Weigh the parcel', {
    ...pieceTrigger(piece, '0.4.12', 'callableFlow', { mode: 'simple', exampleData: { sampleData: {} } }),
    nextAction: codeAction('step_1', 'export const code = async () => 7'),
  })
  const parent = await publishedFlow(app, 'Send the parcel', {
    ...webhookTrigger(),
    nextAction: pieceAction('step_1', piece, '0.4.12', 'callFlow', {
      flow: { externalId: child.externalId, exampleData: {} },
      mode: 'simple',
      flowProps: { payload: {} },
      waitForResponse: false,
    }),
  })
  await call(parent.id, [])
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'Send the parcel', exact: true }).first().click()
  await page.getByRole('button', { name: 'Runs that it called' }).click()
  await page.getByRole('link', { name: /Weigh the parcel/ }).click()
  await page.getByRole('heading', { name: 'Weigh the parcel' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Open the run that called this one' }).click()
  await page.getByRole('heading', { name: 'Send the parcel' }).waitFor()
  await visit.end()
})

test('a step is compared with the same step of the last run that succeeded, and of any other', async () => {
  const { id: flowId } = await publishedFlow(app, 'Totals', {
    ...webhookTrigger(),
    nextAction: {
      ...codeAction(
        'step_1',
        `export const code = async ({ orders }) => {
          if (orders.length > 1) throw new Error('too many')
          return { count: orders.length, first: orders[0] }
        }`,
        { orders: '{{trigger.body.orders}}' },
      ),
      displayName: 'Add up',
    },
  })
  await call(flowId, [{ id: 7 }])
  await call(flowId, [{ id: 8, note: 'quick' }])
  await call(flowId, [{ id: 8 }, { id: 9 }])
  const visit = await app.visit('/runs', { person: owner })
  const { page } = visit
  await page
    .getByRole('row', { name: /too many/ })
    .getByRole('button', { name: 'Totals', exact: true })
    .click()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  const input = page.getByRole('region', { name: 'Input', exact: true })
  await input.getByText('2 values are different').waitFor()
  await input.getByRole('treeitem', { name: 'Only in the other run: note' }).waitFor()
  await input.getByRole('treeitem', { name: /^Only here: 1/ }).waitFor()
  const output = page.getByRole('region', { name: 'Output', exact: true })
  await output.getByRole('treeitem', { name: 'Only in the other run: count 1' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('combobox', { name: 'Run to compare with' }).click()
  await page
    .getByRole('option', { name: /^Succeeded/ })
    .last()
    .click()
  await input.getByRole('treeitem', { name: 'Different: id 7 → 8' }).waitFor()
  // The other steps are compared, too.
  await page.getByRole('button', { name: 'Previous step' }).click()
  await page
    .getByRole('complementary', { name: 'Trigger' })
    .getByText(/values are different/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Stop comparing' }).click()
  await page.getByRole('button', { name: 'JSON', exact: true }).waitFor()
  await visit.end()
})
