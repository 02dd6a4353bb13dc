import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeOf, startApp, type TestApp } from './support/app.ts'
import { saved } from './support/builder.ts'
import type { Person } from './support/person.ts'
import { expectAccessible } from './support/visit.ts'

let app: TestApp
let owner: Person

beforeAll(async () => {
  // Steps fetch uploaded files from there.
  app = await startApp(await homeOf())
  owner = await app.owner()
})
afterAll(() => app?.[Symbol.asyncDispose]())

const CRYPTO = '@activepieces/piece-crypto'
const WEBHOOK = '@activepieces/piece-webhook'
const TEXT = '@activepieces/piece-text-helper'
const ORDER = {
  body: {
    id: '10482',
    lines: [
      { sku: 'HG-1042', quantity: 2 },
      { sku: 'HG-7', quantity: 1 },
    ],
  },
}
const FAILS = "export const code = async () => { throw new Error('postcode is empty') }"

type Operation = Parameters<Person['api']['flows']['operate']>[0]['body']

/** A webhook with data of an order, then a step each to hash, to join texts and to fail. */
async function makeFlow(): Promise<string> {
  const { api, projectId } = owner
  const flow = await api.flows.create({ body: { displayName: 'Orders', projectId } })
  const version = async (piece: string): Promise<string> => {
    const [scope = '', name = ''] = piece.split('/')
    return (await api.pieces.getScoped({ params: { scope, name } })).version
  }
  const operate = (body: Operation) => api.flows.operate({ params: { id: flow.id }, body })
  const piece = async (pieceName: string) => ({
    pieceName,
    pieceVersion: await version(pieceName),
    propertySettings: {},
  })
  await operate({
    type: 'UPDATE_TRIGGER',
    request: {
      ...{ name: 'trigger', displayName: 'Order arrives', type: 'PIECE_TRIGGER' },
      settings: { ...(await piece(WEBHOOK)), triggerName: 'catch_webhook', input: { authType: 'none' } },
    },
  })
  await operate({
    type: 'SAVE_SAMPLE_DATA',
    request: { stepName: 'trigger', payload: ORDER, type: 'OUTPUT' },
  })
  const actions = [
    { name: 'step_1', displayName: 'Fingerprint', ...(await piece(CRYPTO)), actionName: 'hash-text' },
    { name: 'step_2', displayName: 'Join texts', ...(await piece(TEXT)), actionName: 'concat' },
  ]
  let parentStep = 'trigger'
  for (const { name, displayName, ...settings } of actions) {
    const action = { name, displayName, type: 'PIECE' as const, settings: { ...settings, input: {} } }
    await operate({ type: 'ADD_ACTION', request: { parentStep, action } })
    parentStep = name
  }
  const settings = { sourceCode: { code: FAILS, packageJson: '{}' }, input: {} }
  const action = { name: 'step_3', displayName: 'Address check', type: 'CODE' as const, settings }
  await operate({ type: 'ADD_ACTION', request: { parentStep, action } })
  return flow.id
}

/** Opens the settings of a step. */
async function open(page: Page, name: string) {
  // At its left end: an open data picker covers the right one, and a browser that is driven scrolls the canvas then.
  await page.getByRole('button', { name: new RegExp(`^${name}, `) }).click({ position: { x: 24, y: 24 } })
  const panel = page.getByRole('complementary', { name: `Settings of ${name}` })
  await panel.waitFor()
  return panel
}

test('a builder fills fields, inserts a value from deep inside the data, tests steps and sees why one fails', async () => {
  const flowId = await makeFlow()
  const visit = await app.visit(`/flows/${flowId}`, { person: owner })
  const { page } = visit

  const panel = await open(page, 'Fingerprint')
  await panel.getByText('Fill in first: Method, Text').waitFor()
  await panel.getByRole('combobox', { name: 'Method' }).click()
  await page.getByRole('option', { name: 'SHA256' }).click()
  await panel.getByRole('textbox', { name: 'Text' }).click()
  await page.keyboard.type('Line ')
  const picker = page.getByRole('region', { name: 'Data of earlier steps' })
  await picker.getByRole('treeitem', { name: /^lines/ }).click()
  await picker.getByRole('treeitem', { name: /^1 / }).click()
  await picker.getByRole('treeitem', { name: /^sku "HG-7"/ }).click()
  await page.keyboard.type(' of order ')
  await picker.getByRole('combobox', { name: 'Search keys and values' }).fill('10482')
  await page.keyboard.press('Enter')
  await panel.getByText('Line HG-7 of order 10482', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await expectAccessible(page)

  await panel.getByRole('button', { name: /^Test step/ }).click()
  await panel.getByText(/^Succeeded in/).waitFor()
  await panel.getByRole('button', { name: 'JSON' }).click()
  // The digest that any other program gives for these words.
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('Line HG-7 of order 10482'))
  await panel.getByText(Buffer.from(digest).toString('hex')).waitFor()

  await open(page, 'Join texts')
  const texts = page.getByRole('complementary', { name: 'Settings of Join texts' })
  await texts
    .getByRole('group', { name: /^Texts/ })
    .getByRole('button', { name: 'Add an item' })
    .click()
  await texts.getByRole('textbox', { name: 'Texts 1' }).click()
  await page.keyboard.type("{{trigger['body'].lines[0].sku}}!")
  await texts.getByText('HG-1042!', { exact: true }).waitFor()

  const failing = await open(page, 'Address check')
  await page.keyboard.press('Control+g')
  await failing
    .getByRole('alert')
    .getByText(/postcode is empty/)
    .waitFor()
  await failing.getByRole('button', { name: 'Show the raw error' }).click()

  // The typed text is saved, in the notation of flows.
  await expect
    .poll(async () => {
      const { version } = await owner.api.flows.get({ params: { id: flowId } })
      const first = version.trigger.nextAction
      return [first?.type === 'PIECE' && first.settings.input, first?.valid]
    })
    .toEqual([
      {
        method: 'sha256',
        text: "Line {{trigger['body']['lines'][1]['sku']}} of order {{trigger['body']['id']}}",
      },
      true,
    ])
  await visit.end()
})

test('a trigger gets its data from a call, or by hand', async () => {
  const flowId = await makeFlow()
  const visit = await app.visit(`/flows/${flowId}`, { person: owner })
  const { page } = visit
  const panel = await open(page, 'Order arrives')
  await panel.getByRole('button', { name: 'Wait for an event' }).click()
  await panel.getByText('Waiting for a call').waitFor()
  await fetch(`${app.origin}/api/v1/webhooks/${flowId}/test?from=terminal`, { method: 'POST', body: 'hello' })
  await panel.getByRole('button', { name: 'JSON' }).click()
  await panel.getByText(/"from": "terminal"/).waitFor()
  await panel.getByRole('button', { name: 'Generate sample' }).click()
  await panel.getByLabel('Query').fill('from=here')
  await panel.getByText('from=here').first().waitFor()
  await panel.getByRole('button', { name: 'Send it' }).click()
  await panel.getByText(/"from": "here"/).waitFor()
  await visit.end()
})

/** The code step of the flow, which has the order as its input. */
async function openCode(flowId: string, code: string) {
  const settings = { sourceCode: { code, packageJson: '{}' }, input: { order: "{{trigger['body']}}" } }
  const request = { name: 'step_3', displayName: 'Address check', type: 'CODE' as const, settings, valid: true }
  await owner.api.flows.operate({ params: { id: flowId }, body: { type: 'UPDATE_ACTION', request } })
  const visit = await app.visit(`/flows/${flowId}`, { person: owner })
  const { page } = visit
  const panel = await open(page, 'Address check')
  await panel.getByText('10482').first().waitFor()
  return { visit, page, panel, editor: panel.getByRole('textbox', { name: 'Code', exact: true }) }
}

test('code knows its inputs from the last data, and its test says that it does not compile', async () => {
  const opened = await openCode(await makeFlow(), 'export const code = async (inputs) => {\n  return 1\n}')
  const { visit, page, panel, editor } = opened
  await editor.getByText('return').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' + inputs.order.')
  await page.getByRole('option', { name: /^id\s*string = "10482"/ }).waitFor()
  await page.keyboard.type('li')
  // By the mouse: the editor takes no Enter for a choice in the first moment of its list, so that nobody chooses by accident.
  await page.getByRole('option', { name: /^lines\s*Array\(2\)/, selected: true }).click()
  await editor.getByText('inputs.order.lines').waitFor()
  await page.keyboard.type(' ) oops')
  await panel.getByRole('button', { name: /^Test step/ }).click()
  await panel.getByRole('alert').waitFor()
  await visit.end()
})

test('a mistake in types shows at its place, and is gone when it is mended', async () => {
  const code = 'export const code = async (inputs) => {\n  const count: number = inputs.order.id\n  return {count}\n}'
  const { visit, page, panel, editor } = await openCode(await makeFlow(), code)
  const mark = editor.locator('.cm-lintRange-error')
  await mark.hover()
  await page.getByText("Type 'string' is not assignable to type 'number'.").first().waitFor()
  await expectAccessible(page)

  await editor.getByText('inputs.order.id').click()
  await page.keyboard.press('End')
  for (const _ of '.id') await page.keyboard.press('Backspace')
  await page.keyboard.type('.lines.')
  const length = page.getByRole('option', { name: 'length', exact: true })
  await length.waitFor()
  await page.getByText('toSorted').waitFor()
  await page.keyboard.type('len')
  await length.click()
  await expect.poll(() => mark.count()).toBe(0)
  await panel.getByRole('button', { name: 'Format' }).click()
  await editor.getByText('return { count }').waitFor()
  await panel.getByRole('button', { name: /^Test step/ }).click()
  await panel.getByText(/^Succeeded in/).waitFor()
  await panel.getByRole('button', { name: 'JSON' }).click()
  await panel.getByText(/"count": 2/).waitFor()

  // The same help over the whole screen: the type of what is under the pointer.
  await panel.getByRole('button', { name: 'Full screen' }).click()
  const large = page.getByRole('dialog', { name: 'Address check' }).getByRole('textbox', { name: 'Code', exact: true })
  await large.getByText('const count').hover({ position: { x: 81, y: 10 } })
  await page.getByText('const count: number', { exact: true }).waitFor()
  await visit.end()
})

test('a file of the computer goes into a field, stays through a reload, and the step reads it', async () => {
  const { api, projectId } = owner
  const { id } = await api.flows.create({ body: { displayName: 'Letters', projectId } })
  const { version } = await api.pieces.getScoped({ params: { scope: '@activepieces', name: 'piece-file-helper' } })
  const settings = {
    ...{ pieceName: '@activepieces/piece-file-helper', pieceVersion: version, actionName: 'read_file' },
    ...{ input: { readOptions: 'text' }, propertySettings: {} },
  }
  const action = { name: 'step_1', displayName: 'Read the letter', type: 'PIECE' as const, settings }
  await api.flows.operate({
    params: { id },
    body: { type: 'ADD_ACTION', request: { parentStep: 'trigger', action } },
  })
  const visit = await app.visit(`/flows/${id}`, { person: owner })
  const { page } = visit
  const open = () => page.getByRole('button', { name: /^Read the letter, / }).click()
  await open()
  const letter = { name: 'Brief an Ada.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear Ada') }
  await page.getByLabel('A file for File').setInputFiles(letter)
  await page.getByText('Brief an Ada.txt', { exact: true }).waitFor()
  await expectAccessible(page)
  await saved(page)
  await page.reload()
  await open()
  await page.getByText('Brief an Ada.txt', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Upload another file' }).waitFor()
  await page.getByRole('button', { name: /^Test step/ }).click()
  await page.getByText('Dear Ada').first().waitFor()
  await page.getByRole('button', { name: 'Remove Brief an Ada.txt' }).click()
  await page.getByRole('button', { name: 'Upload a file' }).waitFor()
  await page.getByRole('textbox', { name: 'File' }).waitFor()
  await visit.end()
})
