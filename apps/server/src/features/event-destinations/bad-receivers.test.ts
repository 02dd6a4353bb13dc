import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { EventDelivery, EventDestination } from '@piecework/api/event-destinations'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** Receivers that answer badly, or not at all. */

let server: TestServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer({
    AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_EVENT_DESTINATION_TIMEOUT_SECONDS: '1',
  })
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const must = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await server.call<T>(method, path, { token: owner.token, body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
const makeFolder = () => must('POST', '/v1/folders', { projectId: owner.projectId, displayName: `F${++folders}` })
let folders = 0

/** A receiver that is sent events from now on. @param answer what it does when a request has come */
async function receive(answer: (socket: Socket) => void): Promise<EventDestination> {
  const receiver = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const made = await must<EventDestination>('POST', '/v1/event-destinations', { url, events: ['folder.created'] })
  onTestFinished(async () => {
    await must('DELETE', `/v1/event-destinations/${made.id}`)
    receiver.close()
  })
  return made
}

const deliveriesOf = async ({ id }: EventDestination): Promise<EventDelivery[]> =>
  (await must<{ data: EventDelivery[] }>('GET', `/v1/event-destinations/${id}/deliveries`)).data

const OK = 'HTTP/1.1 200 OK\r\n'
const flood = (socket: Socket): void => {
  const more = () => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
  }
  socket.on('drain', more)
  more()
}

test.each<[string, boolean, (socket: Socket) => void]>([
  ['megabytes behind a 200', true, (socket) => void socket.write(`${OK}\r\n`, () => flood(socket))],
  ['a 200 that breaks off', true, (socket) => socket.end(`${OK}content-length: 100\r\n\r\nhalf`)],
  ['a 200 that never ends', true, (socket) => void socket.write(`${OK}content-length: 100\r\n\r\nhalf`)],
  ['megabytes behind a 500', false, (socket) => void socket.write('HTTP/1.1 500 No\r\n\r\n', () => flood(socket))],
  ['headers without end', false, (socket) => void socket.write(OK, () => flood(socket))],
  ['no answer', false, () => {}],
  ['no answer, and a closed connection', false, (socket) => socket.destroy()],
  ['bytes that are no answer', false, (socket) => socket.end('\0\0\0 hello\r\n\r\n')],
  ['a way to an address inside', false, (s) => s.end('HTTP/1.1 307 Go\r\nlocation: http://10.0.0.1/\r\n\r\n')],
])('%s: delivered is %s', async (_, isDelivered, answer) => {
  const receiver = await receive(answer)
  await makeFolder()
  await expect
    .poll(async () => (await deliveriesOf(receiver))[0])
    .toMatchObject(
      isDelivered
        ? { status: 'DELIVERED', attempts: 1, lastStatus: 200 }
        : { status: 'WAITING', lastError: expect.stringMatching(/./) },
    )
  const [{ lastError } = { lastError: '' }] = await deliveriesOf(receiver)
  expect(lastError?.length ?? 0).toBeLessThan(1000)
})

test('receivers that do not answer leave room for those that do', async () => {
  const asked = new Set<number>()
  const silent = await Promise.all(Array.from({ length: 12 }, (_, at) => receive(() => void asked.add(at))))
  await makeFolder()
  for (const one of silent)
    await expect.poll(async () => (await deliveriesOf(one))[0]?.lastError).toEqual(expect.any(String))

  asked.clear()
  let askedBefore = silent.length
  await receive((socket) => {
    askedBefore = asked.size
    socket.end(`${OK}content-length: 0\r\nconnection: close\r\n\r\n`)
  })
  await makeFolder()
  await expect.poll(() => askedBefore).toBeLessThanOrEqual(silent.length / 2)
})
