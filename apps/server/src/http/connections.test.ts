import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { endpoint } from '@piecework/api/endpoint'
import { egressDescriptorsFor } from '@piecework/worker/network/connection-budget'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAccess } from '../access/access.ts'
import { createTokens } from '../access/tokens.ts'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { connectionsFor, databaseFilesFor } from '../descriptors.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'
import { implement } from './implement.ts'
import { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts'

const { settings } = loadSettings({ AP_LOG_LEVEL: 'silent' })
const HELD = { heldBodiesBytes: 1_000_000 }

const take = endpoint({
  method: 'POST',
  path: '/v1/taken',
  operationId: 'things.take',
  summary: 'Take a body',
  principals: 'public',
  permission: 'NONE',
  project: null,
  body: z.object({ text: z.string() }),
  response: z.unknown(),
})

let fixture: TestDatabase
beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** A server with a route that takes a body and says how long it was. */
async function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer & { port: number }> {
  const access = createAccess({ db: fixture.db, tokens: createTokens('a secret that is only used in this test') })
  const server = await createHttpServer({ settings, log: createLog(settings), access, ...HELD, ...options })
  implement(server.app, take, ({ body }) => ({ length: body.text.length }))
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' })
  return { ...server, port: Number(new URL(origin).port) }
}

const bodyOf = (length: number) => JSON.stringify({ text: 'x'.repeat(length) })
const headOf = (length: number) =>
  `POST /api/v1/taken HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
const whole = (length: number) => headOf(bodyOf(length).length) + bodyOf(length)

/** The head of a body of 900,000 bytes, and as many of them. */
const part = (length: number) => headOf(900_000) + bodyOf(900_000).slice(0, length)

/** @returns all that arrives on a connection until it ends, or a word for the error that ends it. */
function answersOn(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    text += chunk
  })
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve(`${text}broken: ${error.message}`))
    socket.once('end', () => resolve(text))
  })
}

const REFUSED = /^HTTP\/1\.1 503 .*\nretry-after: 2\r\n.*"code":"SERVICE_UNAVAILABLE"/s

describe('a server that stops', () => {
  test('answers those that have come and were not taken in yet', async () => {
    const { port, closing } = await start()
    // The system takes them in at once, this process when its event loop comes to it.
    const sockets = Array.from({ length: 30 }, () => connect(port, '127.0.0.1'))
    const closed = closing.close(2000, async () => {})
    const answers = sockets.map((socket) => {
      socket.write(whole(10))
      return answersOn(socket)
    })
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(REFUSED)
    await closed
    const late = connect(port, '127.0.0.1')
    expect(await answersOn(late)).toMatch(/ECONNREFUSED/)
  })

  test('answers behind the body, so that who still sends it sees the answer', async () => {
    const { port, closing } = await start()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    closing.drain()
    const answer = answersOn(socket)
    socket.write('POST /api/v1/nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n')
    await sleep(50)
    socket.write('x'.repeat(2_000_000))
    expect(await answer).toMatch(/^HTTP\/1\.1 404 .*\nconnection: close\r\n.*"Route not found"\}$/is)
    await closing.close(1000, async () => {})
  })
})

test('headers that are too large are answered in the form of the API that they are sent to', async () => {
  const { port, app } = await start()
  const refusal = async (path: string): Promise<unknown> => {
    const socket = connect(port, '127.0.0.1')
    const answer = answersOn(socket)
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(40_000)}\r\n\r\n`)
    const text = await answer
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    return JSON.parse(text.slice(text.indexOf('\r\n\r\n')))
  }
  const message = 'The headers of the request are too large.'
  expect(await refusal('/v1/workflows?limit=1')).toEqual({
    success: false,
    error: { code: 'VALIDATION_ERROR', message, details: {} },
  })
  expect(await refusal('/api/v1/flows')).toMatchObject({ statusCode: 431, code: 'INVALID_REQUEST', message })
  await app.close()
})

test('a body that falls silent is answered with 408, and what was kept for it is given back', async () => {
  const { port, app } = await start({ limits: { silenceMs: 1000 } })
  const arrivals: Socket[] = []
  app.server.on('connection', (socket: Socket) => arrivals.push(socket))
  const silent = connect(port, '127.0.0.1')
  silent.write(part(700_000))
  await expect.poll(() => arrivals[0]?.bytesRead).toBeGreaterThan(700_000)
  const answer = answersOn(silent)
  const send = async () =>
    (
      await fetch(`http://127.0.0.1:${port}/api/v1/taken`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: bodyOf(500_000),
      })
    ).status
  expect(await send()).toBe(429)
  const began = performance.now()
  expect(await answer).toMatch(/^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s)
  expect(performance.now() - began).toBeLessThan(4000)
  expect(await send()).toBe(200)
  await app.close()
})

test('connections beyond the bound are refused with 503, or closed, and taken again when others end', async () => {
  const { port, app } = await start({ limits: { connections: 20 } })
  const kept = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'))
  await Promise.all(kept.map((socket) => once(socket, 'connect')))
  const surplus = Array.from({ length: 10 }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(whole(10))
    return answersOn(socket)
  })
  const answers = await Promise.all(surplus)
  expect(answers.filter((answer) => REFUSED.test(answer)).length).toBeGreaterThan(0)
  expect(answers.filter((answer) => !REFUSED.test(answer) && !/^(broken: .*)?$/.test(answer))).toEqual([])
  for (const socket of kept) socket.destroy()
  const taken = async () => {
    const socket = connect(port, '127.0.0.1')
    socket.end(whole(10))
    return (await answersOn(socket)).slice(0, 12)
  }
  await expect.poll(taken, { interval: 50 }).toBe('HTTP/1.1 200')
  await app.close()
})

test('of few descriptors most are kept for the server itself and its database, of many a quarter', () => {
  const limits = [256, 1024, 65_536, Number.POSITIVE_INFINITY]
  expect(limits.map(databaseFilesFor)).toEqual([64, 256, 1000, 1000])
  expect(limits.map((limit) => connectionsFor(limit))).toEqual([96, 672, 20_000, 20_000])
  // With sandboxes that reach the network by way of this process.
  const shared = limits.map((limit) => connectionsFor(limit, egressDescriptorsFor(limit)))
  expect(shared).toEqual([32, 416, 20_000, 20_000])
})
