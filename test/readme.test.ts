import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startServer, temporaryFolder } from './support/process.ts'

const ROOT = new URL('../', import.meta.url).pathname

interface Example {
  commands: string
  /** The output of the commands, according to the README. */
  output: string
}

/** The blocks of commands of the README, each with the output that is shown after it. */
function examplesOf(readme: string): Example[] {
  return [...readme.matchAll(/```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(([, commands = '', output = '']) => ({
    commands,
    output,
  }))
}

/** Runs the commands as one shell session. @returns what each block printed. */
async function runInShell(examples: readonly Example[]): Promise<string[]> {
  const mark = '-- next block --'
  const script = examples.map(({ commands }) => `${commands}\necho '${mark}'\n`).join('')
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints, [code]] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'close'),
  ])
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
  return printed.split(`${mark}\n`).slice(0, -1)
}

/** Times and durations differ from run to run, and the host of the caller with the port. */
function steady(output: string): string {
  return output
    .replace(/(startedAt|duration): [\d.]+/g, '$1: …')
    .replace(/(SUCCEEDED) [\d.]+ /g, '$1 … ')
    .replace(/"host":"[^"]*$/gm, '"host":"…')
}

test('the commands of the README do what it says', async () => {
  const examples = examplesOf(await readFile(new URL('../README.md', import.meta.url), 'utf8'))
  expect(examples.length).toBeGreaterThan(4)
  const folder = await temporaryFolder()
  const server = await startServer(folder.path)
  try {
    const origin = server.base.replace(/\/api$/, '')
    const printed = await runInShell(
      examples.map(({ commands, output }) => ({
        commands: commands.replaceAll('http://localhost:3000', origin),
        output,
      })),
    )
    expect(printed.map(steady)).toEqual(examples.map(({ output }) => steady(output)))
  } finally {
    await server.stop()
    await folder.remove()
  }
})
