import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type CodeCompiler, createCodeCompiler } from './code.ts'
import { packPackage, temporaryFolder } from './testing.ts'

/** Serves one package as a tarball: what it depends on needs no registry. */
let host: Server
let tarball: string
let downloads = 0
let refuses = false
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let compiler: CodeCompiler

beforeAll(async () => {
  const archive = await packPackage(
    { name: 'greetings', version: '1.2.3', ...{ main: 'main.js', scripts: { postinstall: 'touch ran' } } },
    { 'main.js': 'exports.greet = (who) => "hello " + who' },
  )
  host = createServer((_, response) => {
    downloads++
    if (refuses) response.statusCode = 404
    response.end(archive)
  })
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done))
  tarball = `http://127.0.0.1:${(host.address() as AddressInfo).port}/greetings.tgz`
})
afterAll(() => new Promise((done) => host.close(done)))
beforeEach(async () => {
  downloads = 0
  folder = await temporaryFolder()
  compiler = compilerIn(folder.path)
  return async () => {
    vi.unstubAllEnvs()
    await folder[Symbol.asyncDispose]()
  }
})

const compilerIn = (path: string, allowPackages = true) =>
  createCodeCompiler({ folder: path, allowPackages, installTimeoutMs: 60_000 })
const compile = (code: string, packageJson = '{}') => compiler.compile({ code, packageJson })
const load = (path: string): { code(input: unknown): Promise<unknown> } => createRequire(import.meta.url)(path)
const greeting = "import { greet } from 'greetings'\nexport const code = async ({ who }: { who: string }) => greet(who)"
const needsGreetings = () => JSON.stringify({ dependencies: { greetings: tarball } })

test('the same source is compiled once, also by the next worker; another one has a file of its own', async () => {
  const source = 'export const code = async (n: number): Promise<number> => n + 1'
  const [path, again] = await Promise.all([compile(source), compile(source)])
  expect(again).toBe(path)
  expect(await load(path).code(1)).toBe(2)
  const { mtimeMs } = await stat(path)
  expect(await compilerIn(folder.path).compile({ code: source, packageJson: '{}' })).toBe(path)
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
    /^Compilation Error package\.json must be/,
  ],
  [
    'a package from the disk',
    'export const code = async () => 1',
    '{"dependencies":{"a":"file:/etc"}}',
    /^Compilation Error the package a file:\/etc would come from the disk/,
  ],
  [
    'a package from the folder above',
    'export const code = async () => 1',
    '{"dependencies":{"a":"../a"}}',
    /^Compilation Error the package a/,
  ],
])('%s is told when the step runs', async (_, code, packageJson, message) => {
  await expect(load(await compile(code, packageJson)).code({})).rejects.toThrow(message)
})

test('packages are built in, and nothing of the installation is left', async () => {
  const [path] = await Promise.all([compile(greeting, needsGreetings()), compile(greeting, needsGreetings())])
  expect(await load(path).code({ who: 'you' })).toBe('hello you')
  expect(downloads).toBe(1)
  expect(await readdir(join(folder.path, 'build'))).toEqual([])
  // A second step with the same packages gets the very same versions.
  const locks = await readdir(join(folder.path, 'locks'))
  expect(await readFile(join(folder.path, 'locks', locks[0] ?? ''), 'utf8')).toContain('sha512')
  const other = await compile(`${greeting}\n// other`, needsGreetings())
  expect(await load(other).code({ who: 'me' })).toBe('hello me')
  expect(await readdir(join(folder.path, 'locks'))).toEqual(locks)
})

test('where packages are not allowed, none is installed', async () => {
  const path = await compilerIn(folder.path, false).compile({ code: greeting, packageJson: needsGreetings() })
  expect(() => load(path)).toThrow(/Cannot find module 'greetings'/)
  expect(downloads).toBe(0)
})

test('a package that cannot be had now is not held against the step', async () => {
  vi.stubEnv('npm_config_fetch_retries', '0')
  const archive = tarball
  tarball = tarball.replace(/:\d+\//, ':1/')
  await expect(compile(greeting, needsGreetings())).rejects.toThrow(/cannot be installed now[\s\S]*ECONNREFUSED/)
  tarball = archive
  expect(await readdir(join(folder.path, 'build'))).toEqual([])
  refuses = true
  const missing = await compile(greeting, needsGreetings())
  refuses = false
  await expect(load(missing).code({})).rejects.toThrow(/^Compilation Error[\s\S]*404/)
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
