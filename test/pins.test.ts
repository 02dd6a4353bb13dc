import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createNpm } from '@piecework/worker/npm'
import { packPackage, startRegistry, temporaryFolder } from '@piecework/worker/testing'
import { expect, test, vi } from 'vitest'
import { pinDependencies } from '../apps/cli/src/pins.ts'

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

test('a published piece installs what it was tested with, dependencies of dependencies too', async () => {
  await using registry = await startRegistry()
  await using folder = await temporaryFolder()
  const outer = { name: 'outer', version: '1.0.0', dependencies: { inner: '^1.0.0' } }
  await registry.publish(outer, { 'index.js': '' })
  await registry.publish({ ...outer, version: '1.2.0' }, { 'index.js': '' })
  for (const version of ['1.0.0', '1.1.0']) await registry.publish({ name: 'inner', version }, { 'index.js': '' })
  const developed = join(folder.path, 'piece')
  await put(join(developed, 'node_modules/outer/package.json'), JSON.stringify(outer))
  await put(join(developed, 'node_modules/inner/package.json'), JSON.stringify({ name: 'inner', version: '1.0.0' }))

  for (const [name, value] of Object.entries(registry.environment)) vi.stubEnv(name, value)
  vi.stubEnv('npm_config_cache', join(folder.path, 'npm'))
  const piece = { name: '@acme/piece-pinned', version: '0.0.1' }
  const pins = await pinDependencies(developed, piece, { outer: '^1.0.0' })
  vi.unstubAllEnvs()
  expect(pins.dependencies).toEqual({ outer: '1.0.0', inner: '1.0.0' })

  const { dependencies, optionalDependencies, shrinkwrap } = pins
  const files = { 'src/index.js': '', 'npm-shrinkwrap.json': shrinkwrap }
  const published = { ...piece, files: ['src', 'npm-shrinkwrap.json'], dependencies, optionalDependencies }
  const home = join(folder.path, 'home')
  await put(join(home, 'piece.tgz'), await packPackage(published, files))
  await put(
    join(home, 'package.json'),
    JSON.stringify({ name: 'home', private: true, dependencies: { [piece.name]: 'file:piece.tgz' } }),
  )
  const engine = { networkMode: 'UNRESTRICTED', ssrfAllowList: [] } as const
  const npm = createNpm({ engine, namespaces: false, environment: registry.environment })
  const cacheFolder = join(folder.path, 'cache')
  await npm.install(home, { cacheFolder, withArchives: true, timeoutMs: 120_000, maxBytes: 1024 ** 2 })
  const versionOf = async (name: string) => {
    const places = [`node_modules/${piece.name}/node_modules/${name}`, `node_modules/${name}`]
    for (const place of places) {
      const text = await readFile(join(home, place, 'package.json'), 'utf8').catch(() => undefined)
      if (text !== undefined) return JSON.parse(text).version
    }
  }
  expect(await versionOf('outer')).toBe('1.0.0')
  expect(await versionOf('inner')).toBe('1.0.0')
})
