import { codeAction, webhookTrigger } from '@piecework/server/testing/flows'
import type { Locator, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { canvasOf, step } from './support/builder.ts'
import { joinProject, type Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person
let projectId: string
let flowId: string
let runId: string

const REFUSAL = 'Your role does not allow this. An administrator of the project can give you another role.'

beforeAll(async () => {
  app = await startApp()
  owner = await app.owner()
  const { api } = owner
  projectId = (await api.projects.create({ body: { displayName: 'Harbour' } })).id
  await api.folders.create({ body: { projectId, displayName: 'Invoices' } })
  flowId = (await api.flows.create({ body: { projectId, displayName: 'Orders' } })).id
  const nextAction = codeAction('step_1', "export const code = async () => { throw new Error('no stock') }")
  const trigger = { ...webhookTrigger(), nextAction }
  const operate = (body: object) =>
    fetch(`${app.origin}/api/v1/flows/${flowId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.token}` },
      body: JSON.stringify(body),
    })
  await operate({
    type: 'IMPORT_FLOW',
    request: { displayName: 'Orders', trigger, schemaVersion: '20', notes: [] },
  })
  await operate({ type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
  await fetch(`${app.origin}/api/v1/webhooks/${flowId}/sync`, { method: 'POST' })
  await vi.waitFor(async () => {
    expect((await api.flowRuns.list({ query: { projectId, status: ['FAILED'] } })).data).toHaveLength(1)
  }, 30_000)
  runId = (await api.flowRuns.list({ query: { projectId } })).data[0]?.id ?? ''
  await api.appConnections.upsert({
    body: {
      ...{ projectId, displayName: 'Shop', externalId: 'shop', pieceName: '@activepieces/piece-http' },
      ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text: 'x' } },
    },
  })
})
/** Somebody of that role, whose address nobody has had yet. */
let joined = 0
const join = ({ firstName, ...rest }: { projectId: string; role: string; firstName: string }): Promise<Person> =>
  joinProject(app.origin, owner, { ...rest, firstName: `${firstName}${++joined}` })

afterAll(() => app?.[Symbol.asyncDispose]())

const pagesOf = () => [
  '/automations',
  `/flows/${flowId}?step=step_1`,
  `/flows/${flowId}?step=trigger`,
  '/runs',
  `/runs/${runId}`,
  '/issues',
  '/connections',
  '/pieces',
  '/settings/general',
  '/settings/members',
]

/** Finds the controls of a page: where a dialog or a menu is open, only in it. */
async function pressable(page: Page): Promise<{ floats: boolean; controls: Locator }> {
  const float = page.locator('[role=dialog]:not([role=region] *), [role=menu], [role=listbox]').last()
  const floats = await float.isVisible()
  const place = floats ? float : page.locator('main')
  const controls = place.locator('button, [role=switch], [role=menuitem], [role=option], [role=checkbox]')
  return {
    floats,
    controls: controls.and(page.locator(':not(:disabled):not([aria-disabled=true]):not(tr:nth-child(n+3) *)')),
  }
}

const UNPRESSED = /^(Sign out|Choose a picture|Remove the picture)/

/** Presses everything that can be pressed on a page, and everything in what that opens, each once. */
async function pressEverything(page: Page, address: string): Promise<string[]> {
  const pressed = new Set<string>()
  const open = new Set<object>()
  const isCall = (request: Request): boolean => request.url().includes('/api/v1/')
  page.on('request', (request) => isCall(request) && open.add(request))
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => open.delete(request))
  const quiet = (): Promise<void> => expect.poll(() => open.size, { interval: 20, timeout: 30_000 }).toBe(0)
  const back = async (): Promise<void> => {
    await page.goto(app.origin + address)
    await page.locator('main h1').first().waitFor()
    await quiet()
  }
  await back()
  for (let round = 0; round < 200; round++) {
    const { floats, controls } = await pressable(page)
    let next: Locator | undefined
    for (const control of await controls.all()) {
      const name = await control
        .evaluate((element) => `${element.getAttribute('aria-label') ?? ''} ${element.textContent}`, null, {
          timeout: 1000,
        })
        .catch(() => undefined)
      const key = name?.replaceAll(/\d+/g, '').trim()
      if (key === undefined || pressed.has(key) || UNPRESSED.test(key) || !(await control.isVisible())) continue
      pressed.add(key)
      next = control
      break
    }
    if (next) await next.click({ timeout: 700, force: floats }).catch(() => undefined)
    else if (floats) await page.keyboard.press('Escape')
    else return [...pressed]
    await quiet()
    const { pathname } = new URL(page.url())
    if (pathname !== new URL(app.origin + address).pathname) await back()
  }
  throw new Error(`There is no end to what can be pressed on ${address}`)
}

/** The pages where an Operator may do more than a Viewer; on the others it would be the same walk again. */
const ofOperators = () => pagesOf().filter((address) => !/^\/(pieces|settings)|step=trigger/.test(address))

test.each([
  ['Viewer', 'Vera', pagesOf],
  ['Operator', 'Otto', ofOperators],
] as const)(
  'whatever a %s presses on the pages of a project, nothing is forbidden',
  { timeout: 300_000 },
  async (role, firstName, pages) => {
    const person = await join({ projectId, role, firstName })
    const visit = await app.visit('/automations', {
      person,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    // Other refusals belong to what is pressed without filling in anything.
    visit.expectProblem(/^answered 4(?!03|01)\d\d/)
    const pressed: string[] = []
    for (const address of pages()) pressed.push(...(await pressEverything(visit.page, address)))
    expect(pressed).toContain('Actions for the run of Orders')
    await visit.end()
  },
)

test('a Viewer sees why nothing can be made or changed, and the builder says that it only shows', async () => {
  const person = await join({ projectId, role: 'Viewer', firstName: 'Wilma' })
  const visit = await app.visit('/automations', { person })
  const { page } = visit
  const refused = async (name: string, kind: 'button' | 'switch' = 'button'): Promise<void> => {
    const control = page.getByRole(kind, { name, exact: true })
    await control.waitFor()
    expect([await control.isDisabled(), await control.getAttribute('title')]).toEqual([true, REFUSAL])
  }
  await refused('New automation')
  await refused('Orders is active', 'switch')
  await page.keyboard.press('c')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('new')
  expect(await page.getByRole('option', { name: 'New automation' }).count()).toBe(0)
  await page.keyboard.press('Escape')
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Orders' }).click()
  await page.getByText('View only', { exact: true }).waitFor()
  await refused('Test flow')
  await refused('Live', 'switch')
  expect(
    await canvasOf(page)
      .getByRole('button', { name: /^Add a step/ })
      .count(),
  ).toBe(0)
  await step(page, 'step_1').click()
  await page.keyboard.press('Escape')
  await step(page, 'step_1').press('Delete')
  await page.keyboard.press('a')
  expect(await page.getByRole('combobox', { name: 'Search steps and pieces' }).count()).toBe(0)
  await step(page, 'step_1').waitFor()
  for (const name of ['Code', 'Packages']) await page.getByRole('textbox', { name }).first().waitFor()
  await expectAccessible(page)
  await page.goto(`${app.origin}/settings/keys`)
  await page.getByRole('heading', { name: 'You may not see this' }).waitFor()
  expect(await page.getByRole('link', { name: 'Alerts' }).count()).toBe(0)
  await visit.end()
})

test("a role of the platform's own shows only its pages", async () => {
  const role = 'Watcher'
  await owner.api.projectRoles.create({
    body: { name: role, permissions: ['READ_RUN', 'READ_PROJECT'], type: 'CUSTOM' },
  })
  const person = await join({ projectId, role, firstName: 'Walter' })
  const visit = await app.visit('/runs', { person })
  const { page } = visit
  await page.getByRole('link', { name: 'Orders' }).or(page.getByText('Orders')).first().waitFor()
  const pages = page.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  expect(await pages.allTextContents()).toEqual(['Runs', 'Issues', 'Analytics', 'Pieces', 'Project settings'])
  await page.goto(`${app.origin}/runs/${runId}`)
  await page.getByRole('heading', { name: 'Your role does not show you the steps' }).waitFor()
  await page.goto(`${app.origin}/flows/${flowId}`)
  await page.getByRole('heading', { name: 'You may not see this' }).first().waitFor()
  await expectAccessible(page)
  await visit.end()
})

test('an administrator of the project saves its settings, without those that only the platform may change', async () => {
  const person = await join({ projectId, role: 'Admin', firstName: 'Amal' })
  const visit = await app.visit('/settings/general', { person })
  const { page } = visit
  await page.getByLabel('Name').fill('Harbour north')
  expect(await page.getByLabel('External ID').isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()
  await visit.end()
})
