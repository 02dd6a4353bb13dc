import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { code, signIn, until } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** Steps say here that they begin; the gate lets them go on. */
async function openLedger() {
  const begun: string[] = []
  const waiting: ServerResponse[] = []
  let isOpen = false
  const server = createServer((request, response) => {
    const step = request.url?.slice(1) ?? ''
    begun.push(step)
    if (isOpen || step.startsWith('free')) response.end('1')
    else waiting.push(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return {
    begun,
    /** A step that says that it begins, and waits at the gate. */
    step: (name: string, what: string) =>
      code(name, `export const code = async () => (await fetch('${url}/${what}')).text()`),
    open() {
      isOpen = true
      for (const response of waiting) response.end('1')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function descendants(pid: number): number[] {
  const found = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return found.flatMap((child) => [child, ...descendants(child)])
}

const kill = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended.
  }
}

const statuses = async (server: ServerProcess, flowId: string) =>
  (await (await signIn(server.base)).runs({ flowId: [flowId] })).data.map(
    ({ status, failedStep }) => failedStep?.message ?? status,
  )

describe.each(['UNSANDBOXED', 'SANDBOX_PROCESS'])('a server of %s', (mode) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ServerProcess
  const start = () => startServer(folder.path, { AP_EXECUTION_MODE: mode, AP_WORKER_CONCURRENCY: '1' })
  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await start()
  })
  afterAll(async () => {
    await server.stop()
    await folder.remove()
  })

  test('continues a run after its last finished step when its engine is killed', async () => {
    await using ledger = await openLedger()
    const client = await signIn(server.base)
    const flowId = await client.liveFlow([ledger.step('step_1', 'free'), ledger.step('step_2', 'last')])
    const answer = http(`${server.base}/v1/webhooks/${flowId}/sync`)
    await until(async () => ledger.begun.includes('last'))
    for (const pid of descendants(server.pid)) kill(pid, 'SIGKILL')
    await until(async () => ledger.begun.filter((step) => step === 'last').length === 2)
    ledger.open()
    expect((await answer).headers.get('x-run-status') ?? 'none').not.toMatch(/ERROR|MEMORY/)
    await until(async () => (await statuses(server, flowId)).every((status) => status === 'SUCCEEDED'))
    expect(ledger.begun).toEqual(['free', 'last', 'last'])
  })

  test('ends a run whose step ends its own engine again and again, and names the step', async () => {
    const client = await signIn(server.base)
    await using ledger = await openLedger()
    const deadly = 'export const code = async () => require("node:child_process").execSync("kill -9 " + process.pid)'
    const flowId = await client.liveFlow([ledger.step('step_1', 'free'), code('step_2', deadly)])
    const fine = await client.liveFlow([ledger.step('step_1', 'free-other')])
    expect((await http(`${server.base}/v1/webhooks/${flowId}`)).status).toBe(200)
    await until(async () => ledger.begun.includes('free'))
    // Its slot is for others in between.
    expect((await http(`${server.base}/v1/webhooks/${fine}/sync`)).status).toBe(204)
    const run = await until(async () => {
      const [found] = (await client.runs({ flowId: [flowId] })).data
      return found && found.status !== 'QUEUED' && found.status !== 'RUNNING' && client.run(found.id)
    })
    expect(run).toMatchObject({
      status: 'INTERNAL_ERROR',
      failedStep: { name: 'step_2', message: expect.stringContaining('in 5 starts') },
      steps: { step_1: { status: 'SUCCEEDED' }, step_2: { status: 'FAILED' } },
    })
    expect(ledger.begun.filter((step) => step === 'free')).toHaveLength(1)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('loses no accepted run when all processes get %s', async (signal) => {
    await using ledger = await openLedger()
    const client = await signIn(server.base)
    const flowId = await client.liveFlow([ledger.step('step_1', 'first'), ledger.step('step_2', 'free')])
    for (let call = 0; call < 4; call++) expect((await http(`${server.base}/v1/webhooks/${flowId}`)).status).toBe(200)
    await until(async () => ledger.begun.length === 1)
    // The signal of a terminal, which the whole group gets, and that of a service manager, which everything gets.
    for (const pid of descendants(server.pid)) kill(pid, signal)
    kill(-server.pid, signal)
    await until(async () => /"stopping"/.test(server.output()))
    ledger.open()
    expect(await server.ended).toEqual([0, null])
    server = await start()
    const ended = await until(async () => {
      const found = await statuses(server, flowId)
      return found.every((status) => status !== 'QUEUED' && status !== 'RUNNING') && found
    })
    expect(ended).toEqual(Array(4).fill('SUCCEEDED'))
    // The step that was running at the signal has continued: each began once.
    expect(ledger.begun.toSorted()).toEqual([...Array(4).fill('first'), ...Array(4).fill('free')])
  })
})
