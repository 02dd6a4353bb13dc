import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { flowOfCode, step } from './support/builder.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const open = async (id: string, options = {}) => app.visit(`/flows/${id}`, { person: await app.owner(), ...options })

/** Gives a step of the flow other code. */
async function write(flowId: string, name: string, displayName: string, code: string): Promise<void> {
  const { api } = await app.owner()
  const settings = { sourceCode: { code, packageJson: '{}' }, input: { order: '10482' } }
  const request = { name, displayName, type: 'CODE' as const, settings, valid: true }
  await api.flows.operate({ params: { id: flowId }, body: { type: 'UPDATE_ACTION', request } })
}

const PRINTS = `export const code = async () => { console.log('three parcels'); return { parcels: 3 } }`

it('shows the input, output and error of each step of a run over the canvas, and leads to its settings', async () => {
  const id = await flowOfCode(app, 'Parcels', ['Count', 'Send'])
  await write(id, 'step_1', 'Count', PRINTS)
  await write(id, 'step_2', 'Send', "export const code = async () => { throw new Error('no postcode') }")
  const { page, end } = await open(id)
  await page.getByRole('button', { name: 'Test flow' }).click()
  await page.getByText('You look at a run.').waitFor()
  await step(page, 'Send')
    .and(page.getByRole('button', { name: /failed/i }))
    .waitFor()

  await step(page, 'Count').click()
  const count = page.getByRole('complementary', { name: 'Count' })
  await count.getByText('Succeeded', { exact: true }).waitFor()
  await count.getByRole('region', { name: 'Input' }).getByText('10482').waitFor()
  await count.getByRole('region', { name: 'Output' }).getByText('parcels').waitFor()
  await count
    .getByText(/\d ms$/)
    .first()
    .waitFor()
  await expectAccessible(page)
  await count.getByRole('button', { name: 'Next step' }).click()
  const send = page.getByRole('complementary', { name: 'Send' })
  await send.getByRole('alert').getByText('no postcode').waitFor()
  await send.getByRole('button', { name: 'Raw error' }).click()
  await send.getByRole('button', { name: 'Close the step' }).click()
  await send.waitFor({ state: 'detached' })
  // The arrows of the keyboard walk over the steps, and the panel follows.
  await step(page, 'Send').focus()
  await page.keyboard.press('ArrowUp')
  await count.waitFor()
  await page.keyboard.press('ArrowDown')
  await send.getByRole('button', { name: 'Open in the builder' }).click()
  await page.getByRole('complementary', { name: 'Settings of Send' }).waitFor()
  await end()
})

it('shows what a tested step printed where live updates do not come through', async () => {
  const id = await flowOfCode(app, 'Without live updates', ['Count'])
  await write(id, 'step_1', 'Count', PRINTS)
  const { page, expectProblem, end } = await open(id)
  expectProblem(/socket\.io/)
  await page.context().route(/socket\.io/, (route) => route.abort())
  await page.context().routeWebSocket(/socket\.io/, (socket) => socket.close())
  await page.reload()
  await step(page, 'Count').click()
  const panel = page.getByRole('complementary', { name: 'Settings of Count' })
  await panel.getByRole('button', { name: /^Test step/ }).click()
  await panel.getByText(/^Succeeded in/).waitFor()
  await panel.getByRole('tab', { name: /^Log/ }).click()
  await panel.getByText('three parcels', { exact: true }).waitFor()
  await end()
})

/** The choices whose name for screen readers does not begin with what people see: axe looks at that only when asked. */
async function misnamed(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const axeHere: typeof axe = Reflect.get(window, 'axe')
    const runOnly = { type: 'rule' as const, values: ['label-content-name-mismatch'] }
    const rules = { 'label-content-name-mismatch': { enabled: true } }
    const { violations } = await axeHere.run(document, { runOnly, rules })
    return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 200)))
  })
}

it('names the steps that can be added as people see them, and describes them', async () => {
  const id = await flowOfCode(app, 'Names', ['Count'])
  const { page, end } = await open(id)
  await page.getByRole('button', { name: 'Add a step after Count' }).click()
  const code = page.getByRole('option', { name: 'Code', exact: true })
  await code.waitFor()
  expect(await misnamed(page)).toEqual([])
  expect(await code.ariaSnapshot()).toContain('Code')
  const described = await code.getAttribute('aria-describedby')
  expect((await page.locator(`[id="${described}"]`).textContent())?.length).toBeGreaterThan(10)
  await expectAccessible(page)
  await end()
})

it('leaves the first step free on a phone', async () => {
  const id = await flowOfCode(app, 'On a phone', ['Count', 'Send'])
  const { page, end } = await open(id, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const trigger = page.getByRole('button', { name: /^Trigger, / })
  await trigger.waitFor()
  const box = await trigger.boundingBox()
  const tools = await page.getByRole('button', { name: 'Zoom out' }).locator('xpath=../..').boundingBox()
  if (!box || !tools) throw new Error('The canvas shows neither')
  const areApart = tools.y >= box.y + box.height || tools.y + tools.height <= box.y || tools.x >= box.x + box.width
  expect(areApart).toBe(true)
  await expectAccessible(page)
  await end()
})
