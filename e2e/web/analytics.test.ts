import { readFile } from 'node:fs/promises'
import { codeAction, webhookTrigger } from '@piecework/server/testing/flows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

test('somebody sees how many runs there were, in which project, and takes the numbers along', async () => {
  const owner = await app.owner()
  const visit = await app.visit('/analytics', { person: owner })
  const { page } = visit
  await page.getByRole('heading', { name: 'Nothing to count yet' }).waitFor()
  await expectAccessible(page)

  const { id } = await owner.api.flows.create({ body: { displayName: 'Orders', projectId: owner.projectId } })
  const code = `export const code = async ({ fails }) => { if (fails) throw new Error('No postcode') }`
  const nextAction = codeAction('step_1', code, { fails: '{{trigger.body.fails}}' })
  const operate = (type: string, request: object) =>
    fetch(`${app.origin}/api/v1/flows/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.token}` },
      body: JSON.stringify({ type, request }),
    })
  const trigger = { ...webhookTrigger(), nextAction }
  await operate('IMPORT_FLOW', { displayName: 'Orders', trigger, schemaVersion: '20', notes: [] })
  await operate('UPDATE_MINUTES_SAVED', { timeSavedPerRun: 30 })
  await operate('LOCK_AND_PUBLISH', { status: 'ENABLED' })
  for (const fails of [false, false, true])
    await fetch(`${app.origin}/api/v1/webhooks/${id}/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fails }),
    })
  await expect
    .poll(async () => (await owner.api.analytics.refresh({ query: {} })).runs, { timeout: 20_000 })
    .toEqual([expect.objectContaining({ runs: 3, succeeded: 2, failed: 1 })])

  // Another window than the one that the server counted before.
  await page.getByRole('combobox', { name: 'Period' }).click()
  await page.getByRole('option', { name: 'Last 7 days' }).click()
  await page.getByText('33.3% of runs').waitFor()
  await page.getByRole('cell', { name: "Ada's Project" }).waitFor()
  await page.getByRole('button', { name: /2 succeeded, 1 failed/ }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'By person' }).click()
  const row = page.getByRole('row', { name: 'Ada Lovelace' })
  expect((await row.innerText()).split('\t').map((cell) => cell.trim())).toEqual([
    ...['Ada Lovelace', '3', '1', '1'],
    expect.stringMatching(/^1\s?h/),
  ])
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export as CSV' }).click()
  const [, line] = (await readFile(await (await waiting).path(), 'utf8')).split('\r\n')
  expect(line).toContain(`Ada's Project,Orders,${id},ada@example.com,3,2,1,90`)

  await page.getByRole('combobox', { name: 'Period' }).click()
  await page.getByRole('option', { name: 'Days of your choice' }).click()
  await page.getByLabel('First day').fill('2020-01-01')
  await page.getByLabel('Last day').fill('2020-03-31')
  await page.getByText('Runs by week').waitFor()
  await page.getByText('33.3% of runs').waitFor({ state: 'detached' })
  await expectAccessible(page)
  await visit.end()
})
