import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startServer, temporaryFolder } from './support/process.ts'

const ROOT = join(import.meta.dirname, '..')
const REGISTRY = 'apps/server/src/features/registry.ts'

/** A copy of the server without some of its features: their folders are gone, and their lines in the registry. */
async function serverWithout(features: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-without-'))
  await cp(join(ROOT, 'apps'), join(root, 'apps'), {
    recursive: true,
    filter: (path) => !features.some((name) => path.endsWith(`/features/${name}`)) && !path.endsWith('node_modules'),
  })
  for (const name of ['node_modules', 'packages', 'pieces', 'package.json', 'package-lock.json'])
    await symlink(join(ROOT, name), join(root, name))
  const lines = (await readFile(join(ROOT, REGISTRY), 'utf8')).split('\n')
  const names = features.map((name) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))
  const isTheirs = (line: string) =>
    features.some((name) => line.includes(`'./${name}/`)) || names.some((name) => line.trim().startsWith(`${name}(`))
  const kept = lines.filter((line) => !isTheirs(line))
  expect(lines.length - kept.length).toBe(2 * features.length)
  await writeFile(join(root, REGISTRY), kept.join('\n'))
  return root
}

test('three features go with their folders and their lines, and the server does without them', async () => {
  const root = await serverWithout(['metrics', 'queue-board', 'web'])
  const folder = await temporaryFolder()
  try {
    const server = await startServer(folder.path, {}, [], join(root, 'apps/server/src/main.ts'))
    const origin = server.base.replace(/\/api$/, '')
    expect((await fetch(`${server.base}/v1/health/live`)).status).toBe(200)
    expect((await fetch(`${server.base}/v1/flags`)).status).toBe(200)
    expect((await fetch(`${origin}/metrics`)).status).toBe(404)
    expect((await fetch(origin)).status).toBe(404)
    expect(await server.stop()).toBe(0)
  } finally {
    await folder.remove()
    await rm(root, { recursive: true, force: true })
  }
})
