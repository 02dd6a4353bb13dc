import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCompiler } from './compiler.ts'
import { requireNamespaces } from './namespaces.ts'
import { createNpm } from './npm.ts'
import { startRegistry, temporaryFolder } from './testing.ts'

/** npm and esbuild on what tenants wrote, in kernel namespaces and behind the egress proxy. */

const namespaces =
  existsSync('/usr/bin/bwrap') &&
  (await requireNamespaces('SANDBOX_PROCESS', 'STRICT').then(
    () => true,
    () => false,
  ))

/** Without namespaces of the kernel, the test is that nothing runs unfenced. */
const fencedTest = (name: string, run: () => Promise<void>) =>
  test(name, async () => {
    if (namespaces) return run()
    await expect(requireNamespaces('SANDBOX_PROCESS', 'STRICT')).rejects.toThrow('AP_EXECUTION_MODE')
  })

const packageJson = (dependencies: object) => JSON.stringify({ name: 'code', private: true, dependencies })
const limits = { withArchives: false, timeoutMs: 60_000, maxBytes: 1024 ** 2 }

const KINDS = ['mnt', 'pid', 'net', 'user']
const namespacesOf = (pid: string): Promise<string[]> =>
  Promise.all(KINDS.map((kind) => readlink(`/proc/${pid}/ns/${kind}`)))

/** The namespaces of what runs in the sandbox that was started with these words. */
async function namespacesOfSandbox(words: string): Promise<string[]> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!commandLine.includes(words) || !commandLine.includes('bwrap')) continue
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
    const [child] = children.trim().split(' ')
    if (child) return namespacesOf(child)
  }
  return []
}

fencedTest('npm runs in the sandbox, and reaches the registry alone of what is not public', async () => {
  await using folder = await temporaryFolder()
  await using registry = await startRegistry()
  await registry.publish({ name: 'greetings', version: '1.0.0' }, { 'index.js': 'exports.greet = () => "hello"' })
  let reached = 0
  await using internal = createServer((_, response) => {
    reached++
    response.end('{}')
  })
  await new Promise<void>((done) => internal.listen(0, '127.0.0.1', done))
  const refused: (number | undefined)[] = []
  const make = (environment: Record<string, string>) =>
    createNpm({
      engine: { networkMode: 'STRICT', ssrfAllowList: [] },
      namespaces: true,
      environment: { ...registry.environment, ...environment },
      onRefused: ({ port }) => refused.push(port),
    })
  const home = join(folder.path, 'home')
  const cacheFolder = join(folder.path, 'cache')
  await mkdir(home)
  await writeFile(join(home, 'package.json'), packageJson({ greetings: '1' }))

  const npm = make({})
  registry.hang()
  const installing = npm.install(home, { ...limits, cacheFolder })
  await expect.poll(() => registry.requests.length, { timeout: 30_000 }).toBeGreaterThan(0)
  const [mine, theirs] = [await namespacesOf('self'), await namespacesOfSandbox(cacheFolder)]
  expect(theirs).toHaveLength(KINDS.length)
  for (const [index, id] of theirs.entries()) expect(id).not.toBe(mine[index])
  registry.release()
  await installing
  expect(await readFile(join(home, 'node_modules/greetings/index.js'), 'utf8')).toContain('hello')
  await npm.close()

  // A registry of a scope is one, too; what a package says where its archive lies is not.
  const { port } = internal.address() as AddressInfo
  await registry.publish({ name: 'far', version: '1.0.0', at: `http://127.0.0.1:${port}/far.tgz` }, { 'index.js': '' })
  await writeFile(join(home, 'package.json'), packageJson({ far: '1' }))
  const strict = make({})
  await expect(strict.install(home, { ...limits, cacheFolder })).rejects.toThrow()
  await strict.close()
  expect(reached).toBe(0)
})

fencedTest('esbuild runs in the sandbox: it sees the files of the step alone', async () => {
  await using folder = await temporaryFolder()
  const home = join(folder.path, 'home')
  await mkdir(home)
  await writeFile(join(folder.path, 'keys.json'), '{"key":"the secret"}')
  const compiler = createCompiler({ namespaces: true, scratchFolder: folder.path })
  const entry = join(home, 'index.ts')
  await writeFile(entry, 'export const code = async (n: number) => n + 1')
  expect(await compiler.bundle(home, entry)).toContain('code = async (n) => n + 1')
  expect(await compiler.transform('export const code = async (n: number) => n + 1')).toContain('(n) => n + 1')
  await writeFile(entry, 'import keys from "../keys.json"\nexport const code = async () => keys')
  await expect(compiler.bundle(home, entry)).rejects.toThrow('Could not resolve "../keys.json"')
  await writeFile(entry, 'import "/etc/passwd"\nexport const code = async () => 1')
  await expect(compiler.bundle(home, entry)).rejects.toThrow()
})
