import { execFile, spawn } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { type CodeCompiler, createCodeCompiler } from './code.ts'
import { createCompiler } from './compiler.ts'
import { createNpm } from './npm.ts'
import { NotReadyError } from './shared-work.ts'
import { startRegistry, type TestRegistry, temporaryFolder } from './testing.ts'

let registry: TestRegistry
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let compiler: CodeCompiler

beforeAll(async () => {
  registry = await startRegistry()
  await registry.publish(
    { name: 'greetings', version: '1.2.3', main: 'main.js', scripts: { postinstall: 'touch ran' } },
    { 'main.js': 'exports.greet = (who) => "hello " + who' },
  )
  return () => registry[Symbol.asyncDispose]()
})
beforeEach(async () => {
  registry.requests.length = 0
  folder = await temporaryFolder()
  compiler = compilerIn(folder.path)
  return () => folder[Symbol.asyncDispose]()
})

const NO_NETWORK_RULES = { networkMode: 'UNRESTRICTED', ssrfAllowList: [] } as const

const compilerIn = (
  path: string,
  { allowPackages = true, environment = registry.environment, patienceMs = 60_000, rememberMs = 1 } = {},
) =>
  createCodeCompiler({
    folder: join(path, 'codes'),
    buildFolder: join(path, 'builds'),
    npmFolder: join(path, 'npm'),
    allowPackages,
    installTimeoutMs: 60_000,
    maxInstalledBytes: 1024 ** 2,
    patience: { patienceMs, rememberMs },
    compiler: createCompiler({ namespaces: false, scratchFolder: path }),
    npm: createNpm({ engine: NO_NETWORK_RULES, namespaces: false, environment }),
    machine: { require() {} },
  })
const patient = { projectId: 'project', hurried: false }
const compile = (code: string, packageJson = '{}') => compiler.compile({ code, packageJson }, patient)
const load = (path: string): { code(input: unknown): Promise<unknown> } => createRequire(import.meta.url)(path)
const greeting = "import { greet } from 'greetings'\nexport const code = async ({ who }: { who: string }) => greet(who)"
const dependingOn = (dependencies: Record<string, string>) => JSON.stringify({ dependencies })
const needsGreetings = () => dependingOn({ greetings: '^1.0.0' })
const downloads = () => registry.requests.filter((path) => path.endsWith('.tgz')).length

test('the same source is compiled once, also by the next worker; another one has a file of its own', async () => {
  const source = 'export const code = async (n: number): Promise<number> => n + 1'
  const [path, again] = await Promise.all([compile(source), compile(source)])
  expect(again).toBe(path)
  expect(await load(path).code(1)).toBe(2)
  const { mtimeMs } = await stat(path)
  expect(await compilerIn(folder.path).compile({ code: source, packageJson: '{}' }, patient)).toBe(path)
  expect((await stat(path)).mtimeMs).toBe(mtimeMs)
  expect(await compile(`${source} `)).not.toBe(path)
  expect(await compile(source, '{"dependencies":{}}')).not.toBe(path)
})

test.each([
  ['a mistake in the code', 'export const code = async () => {', '{}', /^Compilation Error[\s\S]*code\.ts:1:/],
  [
    'a package.json that is none',
    'export const code = async () => 1',
    '{"dependencies":',
    /^Compilation Error package\.json is not valid JSON/,
  ],
  [
    'dependencies that are none',
    'export const code = async () => 1',
    '{"dependencies":["a"]}',
    /^Compilation Error The package\.json must be/,
  ],
  [
    'a package from the disk',
    'export const code = async () => 1',
    '{"dependencies":{"a":"file:/etc"}}',
    /^Compilation Error The package a has the version "file:\/etc"/,
  ],
  [
    'a package from the folder above',
    'export const code = async () => 1',
    '{"dependencies":{"a":"../a"}}',
    /^Compilation Error The package a/,
  ],
])('%s shows when the step runs', async (_, code, packageJson, message) => {
  await expect(load(await compile(code, packageJson)).code({})).rejects.toThrow(message)
})

test('packages are built in, and nothing of the installation is left', async () => {
  const [path] = await Promise.all([compile(greeting, needsGreetings()), compile(greeting, needsGreetings())])
  expect(await load(path).code({ who: 'you' })).toBe('hello you')
  expect(downloads()).toBe(1)
  expect(await readdir(join(folder.path, 'builds'))).toEqual([])
  // A second step with the same packages gets the very same versions.
  const locks = await readdir(join(folder.path, 'codes', 'locks'))
  expect(await readFile(join(folder.path, 'codes', 'locks', locks[0] ?? ''), 'utf8')).toContain('sha512')
  const other = await compile(`${greeting}\n// other`, needsGreetings())
  expect(await load(other).code({ who: 'me' })).toBe('hello me')
  expect(await readdir(join(folder.path, 'codes', 'locks'))).toEqual(locks)
})

test('where packages are not allowed, none is installed', async () => {
  const path = await compilerIn(folder.path, { allowPackages: false }).compile(
    { code: greeting, packageJson: needsGreetings() },
    patient,
  )
  expect(() => load(path)).toThrow(/Cannot find module 'greetings'/)
  expect(registry.requests).toEqual([])
})

test('a package that cannot be had now is not held against the step; one that there is not is', async () => {
  const environment = { ...registry.environment, npm_config_registry: 'http://127.0.0.1:1/' }
  const source = { code: greeting, packageJson: needsGreetings() }
  await expect(compilerIn(folder.path, { environment }).compile(source, patient)).rejects.toThrow(
    /cannot be installed now[\s\S]*ECONNREFUSED/,
  )
  expect(await readdir(join(folder.path, 'builds'))).toEqual([])
  expect(await load(await compiler.compile(source, patient)).code({ who: 'you' })).toBe('hello you')
  for (const [name, version] of Object.entries({ 'there-is-none': '1', greetings: '9' }))
    await expect(load(await compile(greeting, dependingOn({ [name]: version }))).code({})).rejects.toThrow(
      /^Compilation Error[\s\S]*(404|No matching version)/,
    )
})

test('what packages ask for comes from the registry, too', async () => {
  const seen: string[] = []
  await using elsewhere = createHttpServer((request, response) => {
    seen.push(request.url ?? '')
    response.end()
  })
  elsewhere.on('connection', () => seen.push('connected'))
  await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
  const { port } = elsewhere.address() as AddressInfo
  const ways = {
    git: `git://127.0.0.1:${port}/a`,
    'git-https': `git+https://127.0.0.1:${port}/a`,
    remote: `http://127.0.0.1:${port}/a.tgz`,
    file: `file:${folder.path}/local.tgz`,
    directory: `file:${folder.path}`,
  }
  for (const [name, words] of Object.entries(ways)) {
    await registry.publish({ name: `by-${name}`, version: '1.0.0', dependencies: { evil: words } }, { 'index.js': '' })
    const path = await compile("import 'evil'\nexport const code = async () => 1", dependingOn({ [`by-${name}`]: '1' }))
    await expect(load(path).code({})).rejects.toThrow(/^Compilation Error[\s\S]*(EALLOW|not allowed|Fetching)/i)
  }
  await registry.publish(
    { name: 'shrunk', version: '1.0.0', dependencies: { greetings: '1' } },
    {
      'index.js': '',
      'npm-shrinkwrap.json': JSON.stringify({
        ...{ name: 'shrunk', version: '1.0.0', lockfileVersion: 3, requires: true },
        packages: {
          '': { name: 'shrunk', version: '1.0.0', dependencies: { greetings: '1' } },
          'node_modules/greetings': { version: '1.2.3', resolved: `http://127.0.0.1:${port}/a.tgz` },
        },
      }),
    },
  )
  await compile("import 'shrunk'\nexport const code = async () => 1", dependingOn({ shrunk: '1' }))
  expect(seen).toEqual([])
})

test('each project has a cache of its own', async () => {
  for (const [index, projectId] of ['one', 'two', 'one'].entries()) {
    const source = { code: `${greeting}\n// ${index}`, packageJson: needsGreetings() }
    await compiler.compile(source, { projectId, hurried: false })
  }
  expect(downloads()).toBe(2)
  expect(await readdir(join(folder.path, 'npm'))).toHaveLength(2)
})

test('packages that hang keep one caller for a moment, and fail for all when they fail', async () => {
  const hurried = { projectId: 'project', hurried: true }
  const impatient = compilerIn(folder.path, { patienceMs: 2000, rememberMs: 60_000 })
  const source = { code: greeting, packageJson: needsGreetings() }
  registry.hang()
  const both = await Promise.allSettled([impatient.compile(source, hurried), impatient.compile(source, hurried)])
  for (const one of both) expect(one).toMatchObject({ reason: expect.any(NotReadyError) })
  await expect(impatient.compile(source, hurried)).rejects.toThrow(NotReadyError)
  const other = await impatient.compile({ code: 'export const code = async () => 2', packageJson: '{}' }, hurried)
  expect(await load(other).code({})).toBe(2)
  const patientOne = impatient.compile(source, patient)
  registry.release()
  const path = await patientOne
  expect(await impatient.compile(source, hurried)).toBe(path)
  const gone = compilerIn(folder.path, {
    rememberMs: 60_000,
    environment: { ...registry.environment, npm_config_registry: 'http://127.0.0.1:1/' },
  })
  const unknown = { code: `${greeting}//`, packageJson: needsGreetings() }
  const another = { projectId: 'another', hurried: true }
  const failed = await gone.compile(unknown, another).catch((error: unknown) => error)
  expect(String(failed)).toMatch('cannot be installed now')
  // Not tried again: it is the very same failure.
  expect(await gone.compile(unknown, another).catch((error: unknown) => error)).toBe(failed)
})

test('code takes in no file of the machine', async () => {
  const secret = join(folder.path, 'keys.json')
  await writeFile(secret, '{"key":"the secret"}')
  for (const specifier of [secret, '../../keys.json', '../keys.json']) {
    const path = await compile(
      `import keys from ${JSON.stringify(specifier)}\nexport const code = async () => keys`,
      needsGreetings(),
    )
    expect(await readFile(path, 'utf8')).not.toContain('the secret')
    await expect(load(path).code({})).rejects.toThrow(/^Compilation Error/)
  }
})

/** Git itself behind a port, which counts who comes. */
async function startGit(path: string) {
  const run = (...args: string[]) => promisify(execFile)('git', args)
  const repository = join(path, 'evil')
  await run('init', '--quiet', repository)
  await writeFile(join(repository, 'package.json'), '{"name":"evil","version":"1.0.0"}')
  await run('-C', repository, 'add', '.')
  await run('-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b.test', 'commit', '--quiet', '-m', 'evil')
  let connections = 0
  const server = createServer((socket) => {
    connections++
    const daemon = spawn('git', ['daemon', '--inetd', '--export-all', `--base-path=${path}`], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    socket.pipe(daemon.stdin).on('error', () => {})
    daemon.stdout.pipe(socket).on('error', () => {})
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `git://127.0.0.1:${port}/evil`,
    /** As somebody who may: to see that it lives. */
    list: async () => (await run('ls-remote', `git://127.0.0.1:${port}/evil`)).stdout,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => void server.close(() => done())),
  }
}

test('a git server that lives is not asked, neither for a step nor for what a package of the registry wants', async () => {
  await using git = await startGit(folder.path)
  expect(await git.list()).toContain('HEAD')
  expect(git.connections()).toBe(1)
  const uses = "import 'evil'\nexport const code = async () => 1"
  const ways = [git.url, git.url.replace('git:', 'git+ssh:'), `${git.url}#semver:^1`]
  for (const words of ways) {
    const path = await compile(uses, dependingOn({ evil: words }))
    await expect(load(path).code({})).rejects.toThrow(/^Compilation Error The package evil has the version "git/)
  }
  await registry.publish(
    { name: 'innocent', version: '1.0.0', dependencies: { evil: git.url } },
    { 'index.js': "require('evil')" },
  )
  await registry.publish(
    { name: 'optional', version: '1.0.0', optionalDependencies: { evil: git.url } },
    { 'index.js': '' },
  )
  await registry.publish({ name: 'outer', version: '1.0.0', dependencies: { innocent: '1' } }, { 'index.js': '' })
  for (const name of ['innocent', 'outer']) {
    const path = await compile(uses, dependingOn({ [name]: '1' }))
    await expect(load(path).code({})).rejects.toThrow(/^Compilation Error[\s\S]*git:\/\/127\.0\.0\.1/)
  }
  await compile(uses, dependingOn({ optional: '1' }))
  expect(git.connections()).toBe(1)
})
