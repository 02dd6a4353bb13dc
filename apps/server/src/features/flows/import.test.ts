import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperatedFlow } from '@piecework/api/flows'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { codeAction, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { addMember } from '../../testing/members.ts'
import { pieceArchive, startTestRegistry, type TestRegistry } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const MAIL = '@acme/piece-mail'
const OTHER = '@acme/piece-other'
const source = (...props: string[]) => `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const send = createAction({
    name: 'send', displayName: 'Send', description: '', auth: PieceAuth.None(),
    props: { ${props.map((name) => `${name}: Property.ShortText({ displayName: '${name}', required: true })`).join(', ')} },
    run: async () => null,
  })
  export const mail = createPiece({
    displayName: 'Mail', logoUrl: '', authors: [], description: '', auth: PieceAuth.None(), actions: [send], triggers: [],
  })`

let registry: TestRegistry
let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-npm-'))
  const release = async (name: string, version: string, ...props: string[]) => ({
    name,
    version,
    archive: await pieceArchive(name, version, source(...props)),
  })
  registry = await startTestRegistry(
    await Promise.all([
      release(MAIL, '0.17.2', 'to'),
      release(MAIL, '0.17.9', 'to'),
      release(MAIL, '0.18.0', 'to', 'subject'),
      release(OTHER, '1.0.0', 'to'),
      release(OTHER, '1.1.0', 'to'),
    ]),
    [],
  )
  vi.stubEnv('npm_config_registry', registry.url)
  vi.stubEnv('npm_config_cache', join(folder, 'cache'))
  vi.stubEnv('npm_config_fetch_retries', '0')
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  for (const version of ['0.17.9', '0.18.0']) await install(MAIL, version)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function install(pieceName: string, pieceVersion: string): Promise<void> {
  const body = { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName, pieceVersion }
  expect((await server.call('POST', '/v1/pieces', { token: owner.token, body })).status).toBe(201)
}

type Steps = { name: string }[]

const contentOf = (schemaVersion: unknown, steps: Steps, trigger: object = webhookTrigger()) => {
  const first = steps.reduceRight<object | undefined>((nextAction, step) => ({ ...step, nextAction }), undefined)
  return { displayName: 'Imported', schemaVersion, notes: [], trigger: { ...trigger, nextAction: first } }
}
async function importFlow(schemaVersion: unknown, steps: Steps, options: object = {}, token = owner.token) {
  const made = await server.call<{ id: string }>('POST', '/v1/flows', {
    token: owner.token,
    body: { displayName: 'A flow', projectId: owner.projectId },
  })
  const request = { ...contentOf(schemaVersion, steps), ...options }
  return server.call<OperatedFlow>('POST', `/v1/flows/${made.body.id}`, {
    token,
    body: { type: 'IMPORT_FLOW', request },
  })
}
const mail = (version: string, input: object = { to: 'x' }, name = 'step_1') =>
  pieceAction(name, MAIL, version, 'send', input)
const versionOf = ({ version }: OperatedFlow) => {
  const settings = version.trigger.nextAction?.settings
  return settings && 'pieceVersion' in settings ? settings.pieceVersion : undefined
}

test.each([
  ['~0.17.2', '0.17.9'],
  ['^0.17.2', '0.18.0'],
  ['0.17.9', '0.17.9'],
])('%s is %s in every operation, as in the catalogue', async (range, exact) => {
  const found = await server.call('GET', `/v1/pieces/${MAIL}`, { token: owner.token, query: { version: range } })
  expect(found.body).toMatchObject({ version: exact })
  const input = { to: 'x', subject: 'y' }
  for (const format of ['20', '19', '12', '7', null, '22']) {
    const imported = await importFlow(format, [mail(range, input)])
    expect(imported.status, JSON.stringify(imported.body)).toBe(200)
    expect(versionOf(imported.body), String(format)).toBe(exact)
    expect(imported.body.version.trigger.nextAction?.valid).toBe(true)
  }
  const flow = await flows.create(webhookTrigger(), [mail(range, input)])
  expect(versionOf({ ...flow })).toBe(exact)
  const updated = await flows.operate(flow.id, 'UPDATE_ACTION', mail(range, input))
  expect(versionOf(updated.body)).toBe(exact)
  const path = '/v1/pieces/@activepieces/piece-webhook'
  const builtIn = await server.call('GET', path, { token: owner.token, query: { version: '~0.1.2' } })
  const trigger = await flows.operate(flow.id, 'UPDATE_TRIGGER', webhookTrigger('~0.1.2'))
  expect(trigger.body.version.trigger.settings).toMatchObject({ pieceVersion: builtIn.body.version })
})

test('every missing piece is named in one answer, with what is installed of it and who needs it', async () => {
  const steps = [
    mail('0.17.2'),
    mail('~0.17.2', { to: 'x' }, 'step_2'),
    pieceAction('step_3', '@acme/piece-bbb', '~1.2.0', 'x'),
    pieceAction('step_4', '@acme/piece-ccc', '0.1.0', 'x'),
    pieceAction('step_5', '@acme/piece-bbb', '~1.2.0', 'y'),
  ]
  const answer = await importFlow('7', steps)
  expect(answer).toMatchObject({
    status: 404,
    body: {
      code: 'ENTITY_NOT_FOUND',
      params: {
        entityType: 'piece',
        entityId: `${MAIL}@0.17.2`,
        missingPieces: [
          { pieceName: MAIL, pieceVersion: '0.17.2', installedVersions: ['0.18.0', '0.17.9'], steps: ['step_1'] },
          { pieceName: '@acme/piece-bbb', pieceVersion: '~1.2.0', installedVersions: [], steps: ['step_3', 'step_5'] },
          { pieceName: '@acme/piece-ccc', pieceVersion: '0.1.0', installedVersions: [], steps: ['step_4'] },
        ],
      },
    },
  })
  const added = await flows.operate((await flows.create(webhookTrigger())).id, 'ADD_ACTION', {
    parentStep: 'trigger',
    action: mail('~0.16.0'),
  })
  expect(added.status).toBe(404)
  expect(JSON.stringify(added.body)).toContain('installed: 0.18.0, 0.17.9')
  const asked = await server.call('GET', `/v1/pieces/${MAIL}`, { token: owner.token, query: { version: '~0.16.0' } })
  expect(asked.status).toBe(404)
  expect(JSON.stringify(asked.body)).toContain('installed: 0.18.0, 0.17.9')
})

test('an administrator has them installed by the import, and hears what could not be', async () => {
  const steps = [pieceAction('step_1', OTHER, '~1.0.0', 'send', { to: 'x' }), mail('0.17.2', { to: 'x' }, 'step_2')]
  const editor = await addMember(server, owner, 'Editor')
  expect((await importFlow('7', steps, { installMissing: true }, editor)).status).toBe(403)

  const half = [...steps, pieceAction('step_3', '@acme/piece-nowhere', '1.0.0', 'x')]
  const answer = await importFlow('7', half, { installMissing: true })
  expect(answer).toMatchObject({
    status: 404,
    body: {
      params: {
        missingPieces: [{ pieceName: '@acme/piece-nowhere', reason: expect.stringContaining('404') }],
        installedPieces: expect.arrayContaining([
          { pieceName: OTHER, pieceVersion: '1.0.0' },
          { pieceName: MAIL, pieceVersion: '0.17.2' },
        ]),
      },
    },
  })
  // Installed pieces stay, and the import goes on without the missing one when the user wants that.
  const kept = await importFlow('7', half, { allowMissing: true })
  expect(kept).toMatchObject({
    status: 200,
    body: {
      version: { valid: false },
      importReport: { missingPieces: [{ pieceName: '@acme/piece-nowhere', steps: ['step_3'] }], installedPieces: [] },
    },
  })
  expect(await importFlow('7', steps)).toMatchObject({ status: 200, body: { version: { valid: true } } })
})

test('newer formats come in without pieces that are missing, or on another version that does', async () => {
  const answer = await importFlow('25', [
    mail('0.17.30', { to: "{{trigger['output'].body.to}}" }),
    mail('1.0.0', { to: 'x' }, 'step_2'),
  ])
  expect(answer).toMatchObject({
    status: 200,
    body: {
      version: {
        schemaVersion: '20',
        valid: false,
        trigger: {
          nextAction: {
            valid: true,
            settings: { pieceVersion: '0.17.9', input: { to: '{{trigger.body.to}}' } },
            nextAction: { valid: false, settings: { pieceVersion: '1.0.0' } },
          },
        },
      },
      importReport: {
        from: '25',
        notes: [{ stepName: 'step_1', message: expect.stringContaining('0.17.9') }],
        missingPieces: [{ pieceName: MAIL, pieceVersion: '1.0.0', steps: ['step_2'] }],
      },
    },
  })
})

test('a format that is not known is refused, and the flow stays as it was', async () => {
  for (const format of ['29', '99', 'abc', '1.0.0'])
    expect(await importFlow(format, [mail('0.17.9')])).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('the newest known version is 28') },
    })
})

test('a flow of a newer release runs here', async () => {
  const value = { seen: "{{trigger['output'].body.name}}", twice: "{{step_1['output'].name}}" }
  const steps = [
    codeAction('step_1', 'export const code = async (inputs) => inputs', { name: "{{trigger['output'].body.name}}" }),
    codeAction('step_1', 'export const code = async (inputs) => inputs', value),
  ]
  const imported = await importFlow('22', steps)
  expect(imported.body.importReport?.notes).toMatchObject([{ stepName: 'step_2' }])
  await flows.publish(imported.body.id)
  const run = await server.call('POST', `/v1/webhooks/${imported.body.id}`, { body: { name: 'Ada' } })
  expect(run.status).toBe(200)
  const [finished] = await flows.finishedRuns(imported.body.id, 1)
  const { body } = await server.call<{ steps: Record<string, { output: unknown }> }>(
    'GET',
    `/v1/flow-runs/${finished?.id}`,
    { token: owner.token },
  )
  expect(body.steps.step_2?.output).toEqual({ seen: 'Ada', twice: 'Ada' })
})

test('a flow that is not complete is not published: every step and field is named', async () => {
  const empty = { type: 'EMPTY', name: 'trigger', displayName: 'Select Trigger', settings: {} }
  const flow = await flows.create(empty, [
    mail('0.18.0', { to: '' }),
    codeAction('step_2', ''),
    { ...codeAction('step_3', ''), skip: true },
  ] as Steps)
  for (const status of ['ENABLED', 'DISABLED', undefined]) {
    const answer = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status })
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'FLOW_VERSION_INVALID',
        params: {
          steps: [
            { name: 'trigger', problems: [{ field: 'trigger', message: 'is not chosen' }] },
            { name: 'step_1', problems: [{ field: 'to' }, { field: 'subject', message: 'is required' }] },
            { name: 'step_2', problems: [{ field: 'sourceCode.code', message: 'is empty' }] },
          ],
        },
      },
    })
    expect(JSON.stringify(answer.body)).toContain('step_1 (step_1): to is required, subject is required')
  }
  const after = await server.call('GET', `/v1/flows/${flow.id}`, { token: owner.token })
  expect(after.body).toMatchObject({ status: 'DISABLED', publishedVersionId: null, version: { state: 'DRAFT' } })

  // Locking by itself does not get around it.
  await flows.operate(flow.id, 'LOCK_FLOW', {})
  expect((await flows.operate(flow.id, 'LOCK_AND_PUBLISH', {})).status).toBe(409)
})

test('a piece that came after its step makes the flow ready', async () => {
  const step = pieceAction('step_1', OTHER, '1.1.0', 'send', { to: 'x' })
  const { body: flow } = await importFlow('7', [step], { allowMissing: true })
  const publish = () => flows.operate(flow.id, 'LOCK_AND_PUBLISH', {})
  const refused = await publish()
  expect(refused.status).toBe(409)
  expect(JSON.stringify(refused.body)).toContain(`${OTHER}@1.1.0 is not installed`)
  await install(OTHER, '1.1.0')
  expect(await publish()).toMatchObject({ status: 200, body: { status: 'ENABLED', version: { valid: true } } })
})

test('settings: what is not complete may be published, and a flow keeps its status', async () => {
  await using lenient = await startTestServer({
    AP_PUBLISH_INVALID_FLOWS: 'true',
    AP_ENABLE_FLOW_ON_PUBLISH: 'false',
  })
  const person = await signUpOwner(lenient)
  const maker = flowMaker(lenient, person)
  const flow = await maker.create(webhookTrigger(), [codeAction('step_1', '')])
  expect(await maker.operate(flow.id, 'LOCK_AND_PUBLISH', {})).toMatchObject({
    status: 200,
    body: { status: 'DISABLED', version: { state: 'LOCKED', valid: false } },
  })
  expect(await maker.operate(flow.id, 'CHANGE_STATUS', { status: 'ENABLED' })).toMatchObject({
    status: 200,
    body: { status: 'ENABLED' },
  })
  await maker.operate(flow.id, 'CHANGE_NAME', { displayName: 'Again' })
  expect(await maker.operate(flow.id, 'LOCK_AND_PUBLISH', {})).toMatchObject({ body: { status: 'ENABLED' } })
  await maker.operate(flow.id, 'UPDATE_TRIGGER', { type: 'EMPTY', name: 'trigger', displayName: 't', settings: {} })
  expect((await maker.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })).status).toBe(409)
})
