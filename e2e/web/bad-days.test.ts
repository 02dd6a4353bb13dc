import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { flowOfCode, saved, step, versionAtServer } from './support/builder.ts'
import { OWNER, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
  await owner.api.flows.create({ body: { displayName: 'Steady flow', projectId: owner.projectId } })
})
afterAll(() => app?.[Symbol.asyncDispose]())

const flow = (page: Page) => page.getByRole('link', { name: 'Steady flow' })

test('a server that fails or is busy says so, and the page goes on when it is asked again', async () => {
  const visit = await app.visit('/pieces', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'Webhook', exact: true }).waitFor()
  visit.expectProblem(/^answered (500|429): GET .*\/flows\/overview/)
  const answer = (status: number, headers: Record<string, string> = {}) =>
    page.route('**/flows/overview**', (route) =>
      route.fulfill({
        status,
        headers: { 'x-request-id': 'req_of_the_test', ...headers },
        json: { code: 'INTERNAL', params: {} },
      }),
    )
  await answer(500)
  await page.getByRole('link', { name: 'Automations' }).click()
  await page.getByText('Something went wrong on the server').waitFor()
  await page.getByText('req_of_the_test').waitFor()
  await page.unroute('**/flows/overview**')
  await answer(429, { 'retry-after': '3600' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Too many attempts. Try again in 3600 seconds.').waitFor()
  await page.unroute('**/flows/overview**')
  // Busy for a moment: the client waits by itself.
  let isBusy = true
  await page.route('**/flows/overview**', (route) => {
    if (!isBusy) return route.continue()
    isBusy = false
    return route.fulfill({ status: 429, headers: { 'retry-after': '0' }, json: {} })
  })
  await page.getByRole('button', { name: 'Try again' }).click()
  await flow(page).waitFor()
  await visit.end()
})

test('without storage, forbidden or full, people sign in and work', async () => {
  for (const harm of ['forbidden', 'full'] as const) {
    const visit = await app.visit('/sign-in')
    const { page } = visit
    await page.addInitScript((how) => {
      const refuse = (): never => {
        throw new DOMException('no storage', how === 'full' ? 'QuotaExceededError' : 'SecurityError')
      }
      if (how === 'full') Storage.prototype.setItem = refuse
      else Object.defineProperty(window, 'localStorage', { get: refuse })
    }, harm)
    await page.reload()
    await page.getByLabel('E-mail address').fill(OWNER.email)
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await flow(page).waitFor()
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    await visit.end()
  }
})

test('a page of an older build is loaded again when its files are gone, and says so', async () => {
  const visit = await app.visit('/automations', { person: owner })
  const { page } = visit
  visit.expectProblem(/connections-page|dynamically imported/)
  await flow(page).waitFor()
  // The server has another build from now on: its page names other files, and those of the old one are gone.
  const isScript = (url: URL) => /\/assets\/connections-page-[^/]*\.js$/.test(url.pathname)
  await page.route(isScript, (route) => route.fulfill({ status: 404, body: '' }))
  let isOld = true
  const isPage = (url: URL) => !/\.|^\/api/.test(url.pathname)
  await page.route(isPage, async (route) => {
    const answer = await route.fetch()
    const text = await answer.text()
    await page.unroute(isScript)
    isOld = false
    await route.fulfill({ response: answer, body: text.replace(/(src="\/assets\/[^"]+\.js)"/, '$1?new"') })
  })
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByText('Piecework was updated, and this page was loaded again').waitFor()
  expect(isOld).toBe(false)
  await visit.end()
})

test('the code of a step is edited without a connection, and the editor comes with it', async () => {
  const id = await flowOfCode(app, 'Offline', ['Check'])
  const visit = await app.visit(`/flows/${id}`, { person: owner })
  const { page } = visit
  visit.expectProblem(/^failed: |ERR_INTERNET_DISCONNECTED|WebSocket is closed before the connection/)
  await step(page, 'Check').waitFor()
  await page.context().setOffline(true)
  await step(page, 'Check').click()
  await page.getByText('The editor comes when the connection is back').first().waitFor()
  const code = page.getByRole('textbox', { name: 'Code', exact: true })
  await code.fill('export const code = async () => 2')
  await page.getByRole('status').getByText('Offline: 1 change waiting').waitFor()
  await expectAccessible(page)
  await page.context().setOffline(false)
  await page.locator('.cm-content').first().waitFor()
  await saved(page)
  expect(JSON.stringify((await versionAtServer(app, id)).trigger)).toContain('async () => 2')
  await visit.end()
})

test('with twice the size of everything, nothing is cut off', async () => {
  const visit = await app.visit('/automations', {
    ...{ person: owner, viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
  })
  const { page } = visit
  for (const path of [
    '/automations',
    '/runs',
    '/connections',
    '/pieces',
    '/settings',
    '/platform',
    '/platform/health',
  ]) {
    await page.goto(app.origin + path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await page.waitForLoadState('networkidle')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect({ path, overflow: Math.max(0, overflow) }).toEqual({ path, overflow: 0 })
  }
  await visit.end()
})
