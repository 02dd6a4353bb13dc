import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, code, respond, signIn, until } from './support/client.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** A server that the system gives few file descriptors. */
const DESCRIPTORS = 256
/** Less than any wait of the server (30 seconds for an answer), far more than a refusal takes on a busy machine. */
const AT_ONCE_MS = 25_000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client
let path = ''

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, {}, ['sh', '-c', `ulimit -n ${DESCRIPTORS} && exec "$@"`, 'sh'])
  client = await signIn(server.base)
  path = `/api/v1/webhooks/${await client.liveFlow([code('step_1', 'export const code = async () => 1'), respond('step_2', '{{step_1}}')])}`
})
afterAll(async () => {
  await server.kill().catch(() => {})
  await folder.remove()
})

const dial = () => connect(Number(new URL(server.base).port), '127.0.0.1').on('error', () => {})

/** @returns the status of a call on a connection, or `closed`, and the time that it took. */
function call(socket: Socket): Promise<{ what: string; ms: number }> {
  const began = performance.now()
  return new Promise((resolve) => {
    const end = (what: string) => resolve({ what, ms: performance.now() - began })
    socket.setEncoding('latin1').once('data', (text: string) => end(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? text))
    for (const event of ['close', 'error']) socket.once(event, () => end('closed'))
    socket.write(`POST ${path}/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`)
  })
}

/** The same on a connection of its own, which it ends. */
async function callAnew() {
  const socket = dial()
  const outcome = await call(socket)
  socket.destroy()
  return outcome
}

test('of 400 connections those that it has room for are served, the others refused at once, and all when they are gone', async () => {
  const sockets = Array.from({ length: 400 }, dial)
  const outcomes = await Promise.all(sockets.map(call))
  const served = outcomes.filter(({ what }) => what === '200')
  const refused = outcomes.filter(({ what }) => what === '503' || what === 'closed')
  // About as many as there are places (half of the descriptors): those who are refused hold theirs for a moment.
  expect(served.length).toBeGreaterThan(40)
  expect(served.length + refused.length).toBe(400)
  expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(AT_ONCE_MS)
  for (const socket of sockets) socket.destroy()
  await until(async () => (await callAnew()).what === '200')
})

/** Changes the bound on the descriptors of the running server. */
const bound = (descriptors: number) =>
  promisify(execFile)('prlimit', ['--pid', String(server.pid), `--nofile=${descriptors}:${DESCRIPTORS}`])

test('without a descriptor left it refuses at once what is new, lives, and does all when there are some', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const callKept = (to: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      const sent = request(new URL(to, server.base), { agent, method: 'POST' }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      })
      sent.on('error', () => resolve(undefined)).end()
    })
  // The database may still be opening again after the flood before.
  const made = () => client.liveFlow([code('step_1', 'export const code = async () => 2')]).catch(() => undefined)
  const never = await until(made)
  expect(await callKept(`${path}/sync`)).toBe(200)
  // Only those below the bound that are free can be had.
  await bound(Math.max(...readdirSync(`/proc/${server.pid}/fd`).map(Number)) + 1)
  const sockets = Array.from({ length: DESCRIPTORS }, dial)
  for (const { what, ms } of await Promise.all(sockets.map(call))) {
    expect(['200', '503', 'closed']).toContain(what)
    expect(ms).toBeLessThan(AT_ONCE_MS)
  }
  for (const socket of sockets) socket.destroy()
  await until(async () => (await callAnew()).what === '200')

  // None at all, also for files of the database and for processes of engines.
  await bound(20)
  for (let count = 0; count < 10; count++) {
    const began = performance.now()
    expect([200, 503]).toContain(await callKept(count % 2 === 0 ? `${path}/sync` : path))
    expect(performance.now() - began).toBeLessThan(AT_ONCE_MS)
  }
  const accepted = await callKept(`/api/v1/webhooks/${never}`)
  expect([200, 503]).toContain(accepted)
  await bound(DESCRIPTORS)
  await until(async () => (await callAnew()).what === '200')
  agent.destroy()
  const succeeded = async () => (await client.runs({ flowId: [never], status: ['SUCCEEDED'] })).data.length
  await until(async () => (await succeeded()) === (accepted === 200 ? 1 : 0))
  expect(await server.stop()).toBe(0)
})
