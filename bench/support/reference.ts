import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { code, respond, signIn } from '../../test/support/client.ts'
import { startServer, temporaryFolder } from '../../test/support/process.ts'

/** The public reference workload: webhook, one code step, return response. */
export const referenceSteps = () => [
  code('step_1', 'export const code = async (inputs) => ({ sum: inputs.a + inputs.b })', {
    a: '{{trigger.body.a}}',
    b: '{{trigger.body.b}}',
  }),
  respond('step_2', { sum: '{{step_1.sum}}' }),
]
export const referenceBody = { a: 2, b: 40 }

/** A server on an empty data folder. */
export async function benchServer(env: Record<string, string> = {}) {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path, {
    AP_PROJECT_RATE_LIMITER_ENABLED: 'false',
    ...env,
  })
  const client = await signIn(server.base)
  return {
    server,
    client,
    folder: folder.path,
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await folder.remove()
    },
  }
}

/** The floor process: its URL and id, and how to stop it. */
export async function startFloor(): Promise<Floor> {
  const folder = await temporaryFolder()
  const floor = await spawnFloor(new URL('./floor.ts', import.meta.url), folder.path)
  return {
    ...floor,
    [Symbol.asyncDispose]: async () => {
      await floor[Symbol.asyncDispose]()
      await folder.remove()
    },
  }
}

interface Floor extends AsyncDisposable {
  url: string
  pid: number
}

/** A program that prints its port. */
export async function spawnFloor(program: URL, ...args: string[]): Promise<Floor> {
  const child: ChildProcess = spawn(process.execPath, [program.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('The floor has no output')
  const [line] = await once(child.stdout, 'data')
  return {
    url: `http://127.0.0.1:${String(line).trim()}/`,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
