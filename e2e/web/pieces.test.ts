import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pieceArchive, startTestRegistry, type TestRegistry } from '../../apps/server/src/testing/piece-archive.ts'
import { temporaryFolder } from '../../test/support/process.ts'
import { startApp, type TestApp } from './support/app.ts'
import { flowOfCode, saved, step, stepsAtServer } from './support/builder.ts'
import { joinProject, type Person } from './support/person.ts'
import { expectAccessible, type Visit } from './support/visit.ts'

const NAME = '@acme/piece-greeter'
const source = (fields: string) => `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const greet = createAction({
    name: 'greet', displayName: 'Greet', description: 'Says hello', auth: PieceAuth.None(),
    props: { ${fields} },
    run: async ({ propsValue }) => propsValue,
  })
  export const greeter = createPiece({
    displayName: 'Greeter', logoUrl: '', authors: ['ada'], description: 'Greets people',
    auth: PieceAuth.None(), actions: [greet], triggers: [],
  })`
const WHO = "who: Property.ShortText({ displayName: 'Who', required: true }),"
const TONE = "tone: Property.ShortText({ displayName: 'Tone', required: true }),"

/** A piece that the registry has. */
const HAILER = '@activepieces/piece-loud-hailer'

let registry: TestRegistry
let app: TestApp
let owner: Person
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  const hailer = { name: HAILER, version: '0.2.0', archive: await pieceArchive(HAILER, '0.2.0', source(WHO)) }
  registry = await startTestRegistry([hailer])
  app = await startApp({ npm_config_registry: registry.url, npm_config_fetch_retries: '0' })
  owner = await app.owner()
  folder = await temporaryFolder()
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await folder?.remove()
  await registry?.[Symbol.asyncDispose]()
})

async function fileOf(version: string, fields: string): Promise<string> {
  const path = join(folder.path, `greeter-${version}.tgz`)
  await writeFile(path, await pieceArchive(NAME, version, source(fields)))
  return path
}

/** A published flow with a step of the piece. */
async function greeting(displayName: string, pieceVersion: string): Promise<string> {
  const { api, projectId } = owner
  const { id } = await api.flows.create({ body: { displayName, projectId } })
  const params = { id }
  const trigger = { pieceName: '@activepieces/piece-webhook', triggerName: 'catch_webhook', propertySettings: {} }
  const base = { valid: true }
  await api.flows.operate({
    params,
    body: {
      type: 'UPDATE_TRIGGER',
      request: {
        ...{ ...base, type: 'PIECE_TRIGGER', name: 'trigger', displayName: 'Webhook' },
        settings: { ...trigger, pieceVersion: '0.1.29', input: { authType: 'none', authFields: {} } },
      },
    },
  })
  const settings = { pieceName: NAME, pieceVersion, actionName: 'greet', input: { who: 'Bo' }, propertySettings: {} }
  const action = { ...base, type: 'PIECE' as const, name: 'step_1', displayName: 'Greet Bo', settings }
  await api.flows.operate({ params, body: { type: 'ADD_ACTION', request: { parentStep: 'trigger', action } } })
  await api.flows.operate({ params, body: { type: 'LOCK_AND_PUBLISH', request: {} } })
  return id
}

test('an administrator installs a piece from an archive, reads why another one fails, and raises it in flows', async () => {
  const visit = await app.visit('/pieces', { person: owner })
  const { page } = visit
  const broken = join(folder.path, 'broken.tgz')
  await writeFile(broken, 'no archive')

  const install = async (file: string): Promise<void> => {
    await page.getByRole('button', { name: 'Install a piece' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('button', { name: 'From an archive' }).click()
    await sheet.getByRole('button', { name: 'Install a piece' }).click()
    await sheet.getByText('Choose a .tgz file').waitFor()
    await sheet.getByLabel('Archive').setInputFiles(file)
    await sheet.getByRole('button', { name: 'Install a piece' }).click()
  }
  visit.expectProblem(/^answered 400: POST .*\/pieces$/)
  await install(broken)
  await page.getByRole('alert').getByText('It is not a .tgz archive').waitFor()
  await expectAccessible(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()

  await install(await fileOf('1.0.0', WHO))
  await page.getByText('Greeter 1.0.0 is installed').waitFor()
  const ready = await greeting('Ready flow', '1.0.0')
  await install(await fileOf('1.1.0', `${WHO} note: Property.LongText({ displayName: 'Note', required: false }),`))
  await page.getByText('Greeter 1.1.0 is installed').waitFor()

  await page.getByRole('button', { name: 'Greeter', exact: true }).click()
  await page.getByRole('link', { name: 'Ready flow' }).waitFor()
  await page.getByRole('button', { name: 'Raise the version in 1 flow' }).click()
  await page.getByText('Greet: the optional field Note is new').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Raise in 1 flow' }).click()
  await page.getByText('Raised and published').waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Close' }).click()
  const flow = await owner.api.flows.get({ params: { id: ready } })
  expect(flow).toMatchObject({ status: 'ENABLED', publishedVersionId: flow.version.id })
  expect(flow.version.trigger.nextAction).toMatchObject({ valid: true, settings: { pieceVersion: '1.1.0' } })

  await install(await fileOf('2.0.0', `${WHO} ${TONE}`))
  await page.getByText('Greeter 2.0.0 is installed').waitFor()
  await page.getByRole('button', { name: 'Greeter', exact: true }).click()
  await page.getByRole('button', { name: 'Raise the version in 1 flow' }).click()
  await page.getByText('Greet: the field Tone must be filled now').waitFor()
  await page.getByText('Greet: the field Note is not there any more').waitFor()
  await page.getByRole('button', { name: 'Raise in 1 flow' }).click()
  await page.getByText('These steps need attention: Greet Bo').waitFor()
  await page.getByRole('link', { name: 'Ready flow' }).waitFor()
  await page.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('button', { name: 'Remove version 1.1.0' }).click()
  const question = page.getByRole('dialog', { name: 'Remove @acme/piece-greeter 1.1.0?' })
  await question.getByText('No flow of this project uses this version').waitFor()
  await question.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Version 1.1.0 is removed').waitFor()
  await visit.end()
})

test('an administrator tags a piece and hides another one', async () => {
  const visit = await app.visit('/pieces', { person: owner })
  const { page } = visit
  await page.getByRole('button', { name: 'CSV', exact: true }).click()
  await page.getByLabel('New tag').fill('Files')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('button', { name: 'Take off the tag Files' }).waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Files' }).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await page.getByRole('button', { name: 'Remove the filter Tag' }).click()

  await page.getByRole('switch', { name: 'Show XML to people who build flows' }).click()
  await page.getByRole('switch', { name: 'Show XML to people who build flows', checked: false }).waitFor()
  const names = async () => {
    const pieces = await owner.api.pieces.list({ query: { projectId: owner.projectId } })
    return pieces.map(({ displayName }) => displayName)
  }
  await expect.poll(names).not.toContain('XML')
  await page.getByRole('button', { name: 'Visibility' }).click()
  await page.getByRole('checkbox', { name: 'Hidden' }).click()
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await page.keyboard.press('Escape')
  await page.getByRole('switch', { name: 'Show XML to people who build flows' }).click()
  await expect.poll(names).toContain('XML')
  await visit.end()
})

test('a piece that is not installed is found while a step is added, installed there, and used', async () => {
  const { id: projectId } = await owner.api.projects.create({ body: { displayName: 'Harbour' } })
  const member = await joinProject(app.origin, owner, { projectId, role: 'Editor', firstName: 'Ines' })
  const theirs = await flowOfCode(app, 'Hail us', ['Write'], member)
  const asked = await app.visit(`/flows/${theirs}`, { person: member })
  const open = async ({ page }: Visit) => {
    await step(page, 'Trigger').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('a')
    await page.getByRole('combobox', { name: 'Search steps and pieces' }).waitFor()
    await page.keyboard.type('loud hailer')
  }
  await open(asked)
  await asked.page.getByText('Not installed. Administrators of the platform can install it.').waitFor()
  await expectAccessible(asked.page)
  await asked.end()

  const flowId = await flowOfCode(app, 'Hail them', ['Write'])
  const visit = await app.visit(`/flows/${flowId}`, { person: owner })
  const { page } = visit
  await open(visit)
  const found = page.getByRole('option', { name: `${HAILER} Version 0.2.0, not installed yet`, selected: true })
  await found.waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText(`Installing ${HAILER}`).waitFor()
  await page.getByText('Greeter 0.2.0 is installed').waitFor()
  await page.getByRole('option', { name: 'Greet', exact: true, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Who' }).waitFor()
  await saved(page)
  expect(await stepsAtServer(app, flowId)).toEqual(['Trigger', 'Write', 'Greet'])
  await visit.end()
})
