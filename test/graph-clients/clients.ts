import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

/** Both clients of the graph API, each driven by a program in its language. */

export const ROOT = new URL('../../', import.meta.url).pathname

export const LANGUAGES = [
  { language: 'js', program: process.execPath, driver: 'driver.mjs', readme: 'packages/sdk-js/README.md' },
  {
    language: 'python',
    program: 'python3',
    driver: join(ROOT, 'test/graph-clients/driver.py'),
    readme: 'packages/sdk-python/README.md',
  },
] as const

const Results = z.array(z.object({ value: z.unknown().optional(), error: z.unknown().optional() }))

/** Builds the client for TypeScript, and puts both where programs find them. */
export async function installClients() {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-clients-'))

  const start = (program: string, args: string[], env: Record<string, string> = {}): ChildProcess =>
    spawn(program, args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        PYTHONPATH: join(ROOT, 'packages/sdk-python/src'),
        PYTHONDONTWRITEBYTECODE: '1',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    })

  /** @returns what the program prints. @throws when it fails */
  const run = async (
    program: string,
    args: string[],
    input = '',
    env: Record<string, string> = {},
  ): Promise<string> => {
    const child = start(program, args, env)
    const { stdin, stdout, stderr } = child
    if (!stdin || !stdout || !stderr) throw new Error('The program has no pipes')
    stdin.end(input)
    const [printed, complaints, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'close')])
    if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}: ${complaints}`)
    return printed
  }

  const installed = join(folder, 'node_modules/piecework')
  await mkdir(installed, { recursive: true })
  await run(process.execPath, [join(ROOT, 'packages/sdk-js/scripts/build.ts'), join(installed, 'dist')])
  await cp(join(ROOT, 'packages/sdk-js/package.json'), join(installed, 'package.json'))
  await cp(join(ROOT, 'test/graph-clients/driver.mjs'), join(folder, 'driver.mjs'))
  return {
    folder,
    start,
    run,
    /** Makes the calls of a table. */
    drive: async (program: string, driver: string, given: object) =>
      Results.parse(JSON.parse(await run(program, [driver], JSON.stringify(given)))),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
export type Clients = Awaited<ReturnType<typeof installClients>>

/** A server that answers as the test wants, for the time of the test. */
export async function startOdd(listener: RequestListener): Promise<string> {
  const odd = createServer(listener)
  odd.listen(0, '127.0.0.1')
  await once(odd, 'listening')
  onTestFinished(() => {
    odd.closeAllConnections()
    odd.close()
  })
  return `http://127.0.0.1:${(odd.address() as AddressInfo).port}`
}
