import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { PieceLocation } from '@piecework/engine/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createNpm } from './npm.ts'
import { createPieceInstaller, type PieceInstaller } from './pieces.ts'
import type { PieceRef } from './task.ts'
import { noConnection, packPackage, temporaryFolder } from './testing.ts'

const NAME = '@acme/piece-greeter'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let loads: string[]
const archives = new Map<string, Buffer>()

beforeEach(async () => {
  folder = await temporaryFolder()
  loads = []
})
afterEach(() => folder[Symbol.asyncDispose]())

const installerIn = (
  path: string,
  {
    installTimeoutMs = 60_000,
    environment = {},
  }: { installTimeoutMs?: number; environment?: Record<string, string> } = {},
): Pick<PieceInstaller, 'remove'> & { install(piece: PieceRef): Promise<PieceLocation> } => {
  const installer = createPieceInstaller({
    folder: join(path, 'pieces'),
    npmFolder: join(path, 'npm'),
    installTimeoutMs,
    maxInstalledBytes: 1024 ** 2,
    patience: { patienceMs: 60_000, rememberMs: 60_000 },
    npm: createNpm({ engine: { networkMode: 'UNRESTRICTED', ssrfAllowList: [] }, namespaces: false, environment }),
    machine: { require() {} },
    source: {
      loadVersion: () => Promise.reject(new Error('not asked for')),
      loadConnection: noConnection,
      loadArchive: async (fileId) => {
        loads.push(fileId)
        return archives.get(fileId) ?? Promise.reject(new Error(`there is no file ${fileId}`))
      },
    },
  })
  return { ...installer, install: (piece) => installer.install(piece, { hurried: false }) }
}
const piece = (fileId: string, version = '1.0.0', name = NAME): PieceRef => ({
  name,
  version,
  source: { type: 'ARCHIVE', fileId },
})
const upload = async (fileId: string, version: string, files: Record<string, string>, more: object = {}) =>
  archives.set(fileId, await packPackage({ name: NAME, version, ...more }, files))
const nothingIsLeft = async () => {
  expect((await readdir(join(folder.path, 'pieces')).catch(() => [])).filter((name) => name !== 'installing')).toEqual(
    [],
  )
  expect(await readdir(join(folder.path, 'pieces', 'installing')).catch(() => [])).toEqual([])
}

test('an archive is installed once, for all who ask at a time and after a restart, and without its scripts', async () => {
  const marker = join(folder.path, 'script-ran')
  const scripts = { preinstall: `touch ${marker}`, postinstall: `touch ${marker}` }
  await upload('one', '1.0.0', { 'src/index.js': 'module.exports = { says: "hello" }' }, { scripts })
  const installer = installerIn(folder.path)
  const places = await Promise.all([1, 2, 3].map(() => installer.install(piece('one'))))
  const [place] = places
  expect(places).toEqual([place, place, place])
  expect(loads).toEqual(['one'])
  if (!place || !('file' in place)) throw new Error('not on disk')
  expect(createRequire(import.meta.url)(place.file)).toEqual({ says: 'hello' })
  expect(await installerIn(folder.path).install(piece('one'))).toEqual(place)
  expect(loads).toEqual(['one'])
  await expect(readFile(marker)).rejects.toThrow('ENOENT')
  expect(await readdir(join(folder.path, 'pieces', 'installing'))).toEqual([])
})

test('two workers on one disk do not disturb each other', async () => {
  await upload('one', '1.0.0', { 'src/index.js': 'module.exports = 1' })
  const places = await Promise.all(
    [installerIn(folder.path), installerIn(folder.path)].map((one) => one.install(piece('one'))),
  )
  expect(places[0]).toEqual(places[1])
  expect(await readdir(join(folder.path, 'pieces', 'installing'))).toEqual([])
})

test('two archives of one version are two pieces; one that is removed is installed again', async () => {
  await upload('one', '1.0.0', { 'src/index.js': 'module.exports = 1' })
  await upload('two', '1.0.0', { 'lib/start.js': 'module.exports = 2' }, { main: 'lib/start.js' })
  const installer = installerIn(folder.path)
  const [one, two] = [await installer.install(piece('one')), await installer.install(piece('two'))]
  expect(one).not.toEqual(two)
  expect(two).toMatchObject({ file: expect.stringMatching(/lib\/start\.js$/) })
  await installer.remove(piece('one'))
  expect(await installer.install(piece('one'))).toEqual(one)
  expect(loads).toEqual(['one', 'two', 'one'])
})

test('an install that fails says which piece, and leaves nothing', async () => {
  archives.set('broken', Buffer.from('no archive'))
  const random = Array.from({ length: 60_000 }, () => crypto.randomUUID()).join('')
  await upload('big', '1.0.0', { 'src/index.js': '', 'data.txt': random })
  const empty = Array.from({ length: 300 }, (_, n) => [`empty/${n}`, ''])
  await upload('many', '1.0.0', { 'src/index.js': '', ...Object.fromEntries(empty) })
  const installer = installerIn(folder.path)
  await expect(installer.install(piece('broken'))).rejects.toThrow(`${NAME}@1.0.0 cannot be installed`)
  await nothingIsLeft()
  await expect(installer.install(piece('none'))).rejects.toThrow('there is no file none')
  await nothingIsLeft()
  await expect(installer.install(piece('big'))).rejects.toThrow('needs more than 1 MB')
  await nothingIsLeft()
  await expect(installer.install(piece('many'))).rejects.toThrow('needs more than 1 MB')
  await nothingIsLeft()
})

test('a registry that never answers is given up in time, and leaves nothing', async () => {
  await using registry = createServer(() => {})
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const environment = { npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/` }
  const slow: PieceRef = { name: NAME, version: '1.0.0', source: { type: 'REGISTRY' } }
  const installing = installerIn(folder.path, { installTimeoutMs: 1500, environment }).install(slow)
  await expect(installing).rejects.toThrow(`${NAME}@1.0.0 cannot be installed: npm did not finish within 1.5 seconds`)
  await nothingIsLeft()
  registry.closeAllConnections()
})

test.each([
  ['../../escape', '1.0.0', 'not the name of a package'],
  ['/etc', '1.0.0', 'not the name of a package'],
  ['@a/b/../../c', '1.0.0', 'not the name of a package'],
  [NAME, '../1.0.0', 'not an exact version'],
  [NAME, '^1.0.0', 'not an exact version'],
  [NAME, 'latest', 'not an exact version'],
])('%s at %s is refused', async (name, version, message) => {
  await expect(installerIn(folder.path).install(piece('one', version, name))).rejects.toThrow(message)
  await nothingIsLeft()
})

test.each([
  ['../../../../../../../../etc/hostname', 'not in its package'],
  ['nothing.js', 'missing'],
])('a main file at %s is refused', async (main, message) => {
  await upload('one', '1.0.0', { 'lib/start.js': '' }, { main })
  await expect(installerIn(folder.path).install(piece('one'))).rejects.toThrow(new RegExp(message))
  await nothingIsLeft()
})

test.each([
  ['git://127.0.0.1:1/a', 'git'],
  ['http://127.0.0.1:1/a.tgz', 'remote'],
  ['file:/etc', 'directory|file'],
])('a piece that depends on %s is refused', async (words, kind) => {
  await upload('one', '1.0.0', { 'src/index.js': '' }, { dependencies: { evil: words } })
  const failure = await installerIn(folder.path)
    .install(piece('one'))
    .catch((error: unknown) => String(error))
  expect(failure).toMatch(new RegExp(`cannot be installed: code EALLOW(${kind})`, 'i'))
  await nothingIsLeft()
})

test('a piece that is nowhere is named, with what to do about it', async () => {
  const missing: PieceRef = { name: NAME, version: '1.0.0', source: { type: 'MISSING' } }
  await expect(installerIn(folder.path).install(missing)).rejects.toThrow(
    /@acme\/piece-greeter@1\.0\.0 is not installed.*administrator/,
  )
})
