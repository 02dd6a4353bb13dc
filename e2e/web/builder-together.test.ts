import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { addByKeys, flowOfCode, pictureOf, saved, step, stepsAtServer } from './support/builder.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const open = async (id: string) => app.visit(`/flows/${id}`, { person: await app.owner() })

async function rename(page: Page, from: string, to: string): Promise<void> {
  await step(page, from).click()
  await page
    .getByRole('complementary', { name: `Settings of ${from}` })
    .getByRole('button', { name: 'Rename' })
    .click()
  const name = page.getByRole('textbox', { name: 'Name of the step' })
  await name.fill(to)
  await name.press('Enter')
  await step(page, to).waitFor()
}

async function addAfter(page: Page, name: string, kind: 'Code' | 'Loop' | 'Branches'): Promise<void> {
  await page.keyboard.press('Escape')
  await step(page, name).focus()
  await page.keyboard.press('ArrowUp')
  await step(page, name).focus()
  await step(page, name).click()
  await step(page, name).focus()
  await addByKeys(page, kind)
}

/** Spoils two of three saves: one does not reach the server, and one reaches it but its answer is lost. */
async function spoil(page: Page, flowId: string): Promise<void> {
  let count = 0
  await page.route(`**/api/v1/flows/${flowId}`, async (route: Route) => {
    if (route.request().method() !== 'POST') return route.continue()
    count++
    if (count % 3 === 1) return route.abort('connectionfailed')
    if (count % 3 === 2) {
      await route.fetch()
      return route.abort('connectionreset')
    }
    return route.continue()
  })
}

it('two windows edit one flow over a bad line: nothing is lost, and both see the same', async () => {
  const id = await flowOfCode(app, 'Together', ['Check', 'Send'])
  const [ada, bob] = await Promise.all([open(id), open(id)])
  for (const visit of [ada, bob]) {
    visit.expectProblem(/^failed: POST/)
    await step(visit.page, 'Check').waitFor()
    await spoil(visit.page, id)
  }
  await rename(ada.page, 'Check', 'Check orders')
  await rename(bob.page, 'Send', 'Send mail')
  await addAfter(ada.page, 'Check orders', 'Loop')
  await addAfter(bob.page, 'Send mail', 'Branches')
  await saved(ada.page)
  await saved(bob.page)
  for (const { page } of [ada, bob])
    for (const name of ['Check orders', 'Loop', 'Send mail', 'Branches']) await step(page, name).waitFor()
  expect(await stepsAtServer(app, id)).toEqual(['Trigger', 'Check orders', 'Loop', 'Send mail', 'Branches'])
  expect(await pictureOf(ada.page)).toBe(await pictureOf(bob.page))
  await ada.end()
  await bob.end()
})

it('two people give one step another name at once: the second one sees both, and decides', async () => {
  const id = await flowOfCode(app, 'Names', ['Check'])
  const [ada, bob] = await Promise.all([open(id), open(id)])
  ada.expectProblem(/^(failed: POST|answered 409)/)
  await step(ada.page, 'Check').waitFor()
  await step(bob.page, 'Check').waitFor()
  await ada.page.route(`**/api/v1/flows/${id}`, (route) =>
    route.request().method() === 'POST' ? route.abort('connectionfailed') : route.continue(),
  )
  await rename(ada.page, 'Check', 'Hers')
  await ada.page.getByText('Offline: 1 change waiting').first().waitFor()
  await rename(bob.page, 'Check', 'His')
  await saved(bob.page)
  await ada.page.unroute(`**/api/v1/flows/${id}`)
  const notice = ada.page.getByRole('alert').filter({ hasText: 'changed this at the same time' })
  await notice.getByText('"Hers"').waitFor()
  await notice.getByText('"His"').waitFor()
  await step(ada.page, 'His').waitFor()
  await notice.getByRole('button', { name: 'Use mine' }).click()
  await step(bob.page, 'Hers').waitFor()
  expect(await stepsAtServer(app, id)).toEqual(['Trigger', 'Hers'])
  await ada.end()
  await bob.end()
})

it('edits that wait survive a reload of the page', async () => {
  const id = await flowOfCode(app, 'Reload', ['Check'])
  const visit = await open(id)
  visit.expectProblem(/^failed: POST/)
  const { page } = visit
  page.on('dialog', (dialog) => void dialog.accept())
  await step(page, 'Check').waitFor()
  await page.route(`**/api/v1/flows/${id}`, (route) =>
    route.request().method() === 'POST' ? route.abort('connectionfailed') : route.continue(),
  )
  await rename(page, 'Check', 'Check orders')
  await page.getByText('Offline: 1 change waiting').first().waitFor()
  await page.reload()
  await step(page, 'Check orders').waitFor()
  await page.unroute(`**/api/v1/flows/${id}`)
  await saved(page)
  expect(await stepsAtServer(app, id)).toEqual(['Trigger', 'Check orders'])
  await visit.end()
})

it('a server that is killed while somebody edits loses none of it', async () => {
  const id = await flowOfCode(app, 'Killed', ['Check'])
  const visit = await open(id)
  visit.expectProblem(/^(failed: |answered 5\d\d)|WebSocket|ERR_CONNECTION_REFUSED/)
  const { page } = visit
  await step(page, 'Check').waitFor()
  await rename(page, 'Check', 'Check o')
  const { restart } = await app.crash()
  await rename(page, 'Check o', 'Check orders')
  await page
    .getByText(/^Offline: \d+ changes? waiting/)
    .first()
    .waitFor()
  await restart()
  await saved(page)
  expect(await stepsAtServer(app, id)).toEqual(['Trigger', 'Check orders'])
  await visit.end()
})
