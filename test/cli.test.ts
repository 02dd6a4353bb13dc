import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { flowMaker, pieceAction, pieceTrigger } from '@piecework/server/testing/flows'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../', import.meta.url))
const tool = (name: string) => join(repository, 'node_modules', '.bin', name)
const NAME = '@acme/piece-ice-cream'

interface Ended {
  code: number
  stdout: string
  stderr: string
}

let root = ''
let folder = ''

function start(file: string, args: string[], { cwd = root, input = '', env = {} } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout: stdout.trim(), stderr }),
    )
    child.stdin?.end(input)
  })
}

const cli = (args: string[], options: { input?: string; env?: Record<string, string> } = {}) =>
  start(process.execPath, [join(repository, 'apps/cli/src/main.ts'), ...args, '--root', root], options)

/** A script of the repository, as the documentation of the format calls it. */
const script = (words: string[], options: { input?: string; env?: Record<string, string> } = {}) =>
  start('npm', ['run', '--silent', ...words, '--root', root], { cwd: repository, ...options })

/** @returns what the command printed. */
async function must(ended: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await ended
  expect(code, stderr + stdout).toBe(0)
  return stdout
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'piecework-cli-'))
  // As in a clone of the repository, the framework is found by its name.
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  const rules = JSON.parse(await readFile(join(repository, 'biome.json'), 'utf8'))
  await writeFile(join(root, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }))

  folder = await must(cli(['pieces', 'create'], { input: `Ice Cream\n${NAME}\n\n` }))
  const about = 'The flavor of the day, as the people who mix it in the kitchen call it, with "all" that\'s in it'
  await must(cli(['actions', 'create', 'ice-cream', '--name', 'get flavor', '--description', about]))
  await must(cli(['actions', 'create'], { input: 'ice-cream\ndelete\nRemoves a flavor\n' }))
  const trigger = ['triggers', 'create', 'ice-cream', '--description', 'When there is a new one']
  await must(cli([...trigger, '--name', 'Flavor called', '--technique', 'webhook']))
  await must(cli([...trigger, '--name', 'New flavor'], { input: 'polling\n' }))
})
afterAll(() => rm(root, { recursive: true, force: true }))

test('what the commands write is in its place, type-checks and follows the rules of format', async () => {
  expect(folder).toBe(join(root, 'custom', 'ice-cream'))
  expect(await start(join(repository, 'node_modules/typescript/bin/tsc'), ['-p', folder])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
  const linted = await start(tool('biome'), ['check', '--error-on-warnings', 'custom'])
  expect(linted.code, linted.stdout + linted.stderr).toBe(0)
})

test('nothing that exists is written over, and a wrong answer is named', async () => {
  const index = await readFile(join(folder, 'src/index.ts'), 'utf8')
  const again = await cli(['actions', 'create', 'ice-cream', '--name', 'Get Flavor', '--description', 'x'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('get-flavor.ts already exists') })
  expect(await readFile(join(folder, 'src/index.ts'), 'utf8')).toBe(index)
  expect((await cli(['pieces', 'create', 'ice cream', '--package-name', NAME, '--type', 'custom'])).code).toBe(1)
  expect((await cli(['pieces', 'build', 'sorbet'])).stderr).toContain("There is no piece 'sorbet'")
  expect((await cli(['triggers', 'create', 'ice-cream'])).stderr).toContain('No answer to')
  const technique = ['--name', 'x', '--description', 'x', '--technique', 'guess']
  expect((await cli(['triggers', 'create', 'ice-cream', ...technique])).stderr).toContain('polling or webhook')
})

test('help is given for all commands and for one, and what is unknown is named', async () => {
  const all = await must(cli(['--help']))
  for (const words of ['pieces create', 'actions create', 'triggers create', 'pieces generate-translation-file'])
    expect(all).toContain(words)
  const one = await must(cli(['triggers', 'create', '-h']))
  expect(one).toContain('--technique polling|webhook')
  expect(one).not.toContain('pieces build')
  expect(await cli(['pieces', 'bake'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining("Unknown command 'pieces bake'"),
  })
  expect(await cli(['pieces', 'build', '--fast'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--fast') })
})

test('a built piece is installed with an API key, and its trigger and action run in a flow', async () => {
  await using server: TestServer = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  const owner: Person = await signUpOwner(server)
  const { token } = owner
  const french = await must(cli(['pieces', 'generate-translation-file', 'ice-cream']))
  const texts: Record<string, string> = JSON.parse(await readFile(french, 'utf8'))
  expect(Object.keys(texts)).toEqual(expect.arrayContaining(['get flavor', 'Removes a flavor', 'New flavor', 'Text']))
  const fr = { ...texts, 'New flavor': 'Nouveau parfum' }
  await writeFile(join(folder, 'src/i18n/fr.json'), JSON.stringify(fr))

  const archive = await must(cli(['pieces', 'build', 'ice-cream']))
  expect(archive).toBe(join(folder, 'dist', 'acme-piece-ice-cream-0.0.1.tgz'))
  expect(await must(script(['build-piece', 'ice-cream', '--']))).toBe(archive)
  expect(await must(script(['pieces', '--', 'build', '--name=ice-cream']))).toBe(archive)
  const key = await server.call<{ value: string }>('POST', '/v1/api-keys', { token, body: { displayName: 'CI' } })
  const sync = (value: string) =>
    cli(['pieces', 'sync', '--api-url', `${server.origin}/api`], { env: { AP_API_KEY: value } })
  expect(await sync('sk-wrong')).toMatchObject({ code: 1, stderr: expect.stringContaining('answered 401') })
  expect(await must(sync(key.body.value))).toBe(`${NAME}@0.0.1 is installed`)
  const there = `${NAME}@0.0.1 was already installed`
  expect(await must(sync(key.body.value))).toBe(there)
  const env = { AP_API_KEY: key.body.value }
  expect(await must(script(['sync-pieces', '--', '--apiUrl', `${server.origin}/api`], { env }))).toBe(there)
  const input = `ice-cream\n${server.origin}/api\n${key.body.value}\n`
  expect(await must(script(['publish-piece-to-api', '--'], { input }))).toBe(there)

  const query = { locale: 'fr' }
  const piece = await server.call<PieceMetadata>('GET', `/v1/pieces/${NAME}`, { token, query })
  expect(piece.body).toMatchObject({ version: '0.0.1', triggers: { new_flavor: { displayName: 'Nouveau parfum' } } })
  expect(Object.keys(piece.body.actions).sort()).toEqual(['delete', 'get_flavor'])

  const flows = flowMaker(server, owner)
  const flow = await flows.create(pieceTrigger(NAME, '0.0.1', 'flavor_called'), [
    pieceAction('step_1', NAME, '0.0.1', 'get_flavor', { text: 'more {{trigger.flavor}}' }),
  ])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: { flavor: 'lemon' } })
  const [run] = await flows.finishedRuns(flow.id, 1)
  const steps = (await flows.run(run?.id ?? '')).steps
  expect(steps?.step_1).toMatchObject({ status: 'SUCCEEDED', output: { text: 'more lemon' } })
})

test('a piece is published to the registry of the user, and not by a dry run', async () => {
  const published: unknown[] = []
  const registry = createServer(async (request, response) => {
    if (request.method === 'PUT') published.push(await json(request))
    response.writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`
  await writeFile(join(root, 'npmrc'), `registry=http://${host}/\n//${host}/:_authToken=secret\n`)
  const env = { npm_config_userconfig: join(root, 'npmrc'), npm_config_registry: `http://${host}/` }
  try {
    const publish = ['pieces', 'publish', folder]
    const tried = script(['publish-piece', 'ice-cream', '--', '--dry-run'], { env })
    expect(await must(tried)).toBe(`${NAME}@0.0.1 can be published`)
    expect(published).toEqual([])
    expect(await must(cli(publish, { env }))).toBe(`${NAME}@0.0.1 is published`)
    expect(published).toMatchObject([
      { name: NAME, versions: { '0.0.1': { main: './src/index.js', dependencies: {} } } },
    ])
  } finally {
    registry.closeAllConnections()
    registry.close()
  }
})

test('code that does not compile, or is no piece, is refused in plain words', async () => {
  await must(script(['create-piece', '--', 'broken', '--package-name', 'piece-broken', '--type', 'community']))
  await must(script(['create-action', '--', 'broken', '--name', 'Mend', '--description', 'x']))
  const trigger = ['broken', '--name', 'Broke', '--description', 'x', '--technique', 'webhook']
  await must(script(['create-trigger', '--', ...trigger]))
  const index = join(root, 'community', 'broken', 'src', 'index.ts')
  await writeFile(index, 'export const nothing = 1\n')
  expect((await cli(['pieces', 'build', 'broken'])).stderr).toContain('does not export a piece')
  await writeFile(index, "import './nowhere.ts'\n")
  expect((await cli(['pieces', 'build', 'broken'])).stderr).toContain('Could not resolve "./nowhere.ts"')
})
