import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../log.ts'
import { eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { connectLive } from '../../testing/live.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createCatalogue } from './catalogue.ts'
import { createPieceDevelopment } from './develop.ts'

const NAME = '@acme/piece-draft'
let folder = ''
let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

const write = (greeting: string) =>
  writeFile(
    join(folder, 'custom', 'draft', 'src', 'index.ts'),
    // Written for the published SDK; ours stands in for it.
    `import { createAction, createPiece, PieceAuth } from '@activepieces/pieces-framework'
     import { greeting } from './greeting'
     const greet = createAction({ name: 'greet', displayName: greeting, description: '', props: {},
       auth: PieceAuth.None(), run: async () => ${greeting} })
     export const draft = createPiece({ displayName: 'Draft', logoUrl: 'x', authors: [], auth: PieceAuth.None(),
       actions: [greet], triggers: [] })`,
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-dev-'))
  const source = join(folder, 'custom', 'draft', 'src')
  await mkdir(source, { recursive: true })
  await writeFile(join(source, '..', 'package.json'), JSON.stringify({ name: NAME, version: '0.0.1' }))
  await writeFile(join(source, 'greeting.ts'), `export const greeting: string = 'hello'`)
  await write('greeting')
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_DEV_PIECES: 'draft',
    AP_CUSTOM_PIECES_PATHS: folder,
    AP_LOG_LEVEL: 'silent',
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const displayName = async (): Promise<string> => {
  const piece = await server.call<{ actions: { greet: { displayName: string } } }>('GET', `/v1/pieces/${NAME}`)
  return piece.body.actions.greet.displayName
}

test('a piece under development runs, and runs again within seconds of every change; a broken one stays as it was', async () => {
  expect(await displayName()).toBe('hello')
  const flow = await flows.create(webhookTrigger(), [pieceAction('step_1', NAME, '0.0.1', 'greet')])
  await flows.publish(flow.id)
  const run = async (count: number) => {
    await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
    const runs = await flows.finishedRuns(flow.id, count)
    return (await flows.run(runs.at(-1)?.id ?? '')).steps?.step_1?.output
  }
  expect(await run(1)).toBe('hello')

  using builder = await connectLive(server.origin, { token: owner.token, projectId: owner.projectId })
  await writeFile(join(folder, 'custom', 'draft', 'src', 'greeting.ts'), `export const greeting = 'good day'`)
  await eventually(async () => ((await displayName()) === 'good day' ? true : undefined), 'the new build')
  expect(await run(2)).toBe('good day')
  expect(await builder.next('REFRESH_PIECE')).toEqual({ pieceName: NAME, pieceVersion: '0.0.1' })

  await write('greeting +')
  await writeFile(join(folder, 'custom', 'draft', 'src', 'greeting.ts'), `export const greeting = 'not seen'`)
  expect(await run(3)).toBe('good day')
  await write('greeting')
  await eventually(async () => ((await displayName()) === 'not seen' ? true : undefined), 'the mended build')
})

test('the log names file and line of an error in a piece under development, and a piece that is nowhere', async () => {
  const source = join(folder, 'custom', 'typo', 'src')
  await mkdir(source, { recursive: true })
  await writeFile(join(source, '..', 'package.json'), JSON.stringify({ name: '@acme/piece-typo', version: '0.0.1' }))
  await writeFile(join(source, 'index.ts'), 'export const fine = 1\nexport const = 2\n')
  const lines: string[] = []
  const development = createPieceDevelopment({
    names: ['typo', 'nowhere'],
    // Relative to the working directory, as the folders are that are searched without a setting.
    folders: [relative('', folder)],
    outFolder: join(folder, 'out'),
    withTranslations: false,
    catalogue: createCatalogue({ db: server.server.db, builtIn: [], maxEntries: 10 }),
    extract: () => Promise.reject(new Error('what does not compile is not looked at')),
    events: server.server.events,
    log: createLog({ logLevel: 'info', logPretty: false }, { write: (line) => lines.push(line) }),
  })
  await development.start()
  development.stop()
  const log = lines.join('')
  expect(log).toContain('src/index.ts:2:13')
  expect(log).toContain('its last build stays')
  expect(log).toContain('AP_DEV_PIECES names a piece that is in none of the folders')
})
