import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startServer, temporaryFolder } from './support/process.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))

/** A folder that is like a clone of the repository with its packages installed, but without pieces. */
async function likeAClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-tutorial-'))
  for (const name of ['node_modules', 'apps', 'packages']) await symlink(join(repository, name), join(folder, name))
  await cp(join(repository, 'package.json'), join(folder, 'package.json'))
  return folder
}

test('the commands of the tutorial make a piece and run it, as the page says', async () => {
  const page = await readFile(join(repository, 'docs/pieces/tutorial.md'), 'utf8')
  const blocks = [...page.matchAll(/```sh\n(.*?)```\n/gs)].map(([, commands = '']) => commands)
  const promised = [...page.matchAll(/```text\n(.*?)```/gs)].map(([, output = '']) => output).join('')
  expect(blocks.length).toBeGreaterThan(6)

  const folder = await likeAClone()
  const settings = await temporaryFolder()
  const server = await startServer(settings.path)
  try {
    const script = blocks.join('\n').replaceAll('http://localhost:3000/api', server.base)
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [printed, complaints, [code]] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      once(shell, 'close'),
    ])
    expect(printed, complaints).toBe(promised)
    expect(code, complaints).toBe(0)
  } finally {
    await server.stop()
    await settings.remove()
    await rm(folder, { recursive: true, force: true })
  }
})
