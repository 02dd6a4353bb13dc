import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventDelivery, EventDestination } from '@piecework/api/event-destinations'
import { type DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import { newId } from '@piecework/model/ids'
import { parseJson } from '@piecework/model/parse-json'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { codeAction, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { freePort } from '../../testing/free-port.ts'
import { addMember } from '../../testing/members.ts'
import { type Person, signUpOwner, startTestServer, startTestServerOn, type TestServer } from '../../testing/server.ts'
import { countDeliveries, insertDeliveries } from './delivery-store.ts'

interface Got {
  headers: IncomingHttpHeaders
  text: string
  event: DomainEvent
}

/** A real receiver. @param answer the status of each answer; null leaves the caller waiting. */
async function startReceiver(answer: (got: Got) => { status: number; headers?: Record<string, string> } | null) {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const one = { headers: request.headers, text, event: parseJson(text) as DomainEvent }
    got.push(one)
    const said = answer(one)
    if (said) response.writeHead(said.status, said.headers).end('because')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` }
}
const ok = () => ({ status: 200 })

const CODE = 'export const code = async () => true'

interface List<T> {
  data: T[]
}
type Made = EventDestination & { secret: string }

const ENV = {
  AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
  AP_SSRF_ALLOW_LIST: '127.0.0.1',
  AP_EVENT_DESTINATION_TIMEOUT_SECONDS: '2',
  AP_CONTAINER_TYPE: 'WORKER_AND_APP',
  AP_WORKER_CONCURRENCY: '1',
}

const callsOf = (server: TestServer, owner: Person) => {
  const must = async <T = { id: string }>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await server.call<T>(method, path, { token: owner.token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    must,
    folder: (displayName: string) => must('POST', '/v1/folders', { projectId: owner.projectId, displayName }),
    receive: (url: string, events: string[] = ['folder.created'], more: object = {}) =>
      must<Made>('POST', '/v1/event-destinations', { url, events, ...more }),
    deliveries: async (id: string) =>
      (await must<List<EventDelivery>>('GET', `/v1/event-destinations/${id}/deliveries`)).data,
  }
}

describe.each(['PGLITE', 'POSTGRES'] as const)('event destinations on %s', (type) => {
  let server: TestServer
  let owner: Person
  let calls: ReturnType<typeof callsOf>
  beforeAll(async () => {
    server = await startTestServerOn(type, ENV)
    owner = await signUpOwner(server)
    calls = callsOf(server, owner)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('more deliveries than one statement takes are stored, each once', async () => {
    const { url } = await startReceiver(ok)
    const { id: destinationId } = await calls.receive(url)
    await calls.must('PATCH', `/v1/event-destinations/${destinationId}`, { status: 'DISABLED' })
    const rows = Array.from({ length: 11_000 }, () => ({
      ...{ id: newId(), destinationId, eventId: newId(), action: 'folder.created' as const },
      ...{ retryUntil: new Date(), event: '{}' },
    }))
    const { db } = server.server
    await insertDeliveries(db, rows)
    await insertDeliveries(db, rows)
    expect(await countDeliveries(db, destinationId, undefined)).toBe(rows.length)
    await calls.must('DELETE', `/v1/event-destinations/${destinationId}`)
  })

  test('a receiver gets the events that it is to get, signed, once each', async () => {
    const { got, url } = await startReceiver(ok)
    const { secret, ...made } = await calls.receive(url, ['folder.created', 'folder.created', 'flow.created'], {
      headers: { authorization: 'Bearer of-the-receiver' },
    })
    expect(made).toMatchObject({
      ...{ platformId: owner.platformId, scope: 'PLATFORM', kind: 'WEBHOOK', url, status: 'ENABLED' },
      ...{ events: ['folder.created', 'flow.created'], headerNames: ['authorization'], disabledReason: null },
    })
    const { id } = await calls.folder('Orders')
    await calls.must('DELETE', `/v1/folders/${id}`)
    await calls.folder('Invoices')
    await expect.poll(() => got.length).toBe(2)
    // Several are sent at a time, in any order.
    const first = got.find(({ event }) => JSON.stringify(event.data).includes(id))
    expect(first?.event).toMatchObject({
      ...{ platformId: owner.platformId, projectId: owner.projectId, userId: owner.userId, action: 'folder.created' },
      data: { folder: { id, displayName: 'Orders' }, project: { displayName: "Ada's Project" } },
    })
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': first?.event.id,
      authorization: 'Bearer of-the-receiver',
    })
    const { 'webhook-id': name, 'webhook-timestamp': at } = first?.headers ?? {}
    const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    const expected = hmac.update(`${name}.${at}.${first?.text}`).digest('base64')
    expect(first?.headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(Math.abs(Number(at) * 1000 - Date.now())).toBeLessThan(60_000)
    await expect
      .poll(async () => (await calls.deliveries(made.id)).map(({ status }) => status))
      .toEqual(['DELIVERED', 'DELIVERED'])
    await calls.must('DELETE', `/v1/event-destinations/${made.id}`)
  })

  test('secrets are shown once, and replaced', async () => {
    const { got, url } = await startReceiver(ok)
    const made = await calls.receive(url, ['folder.created'], { headers: { 'x-token': 'of-the-receiver' } })
    expect(made.secret).toMatch(/^whsec_/)
    const listed = await server.call('GET', '/v1/event-destinations', { token: owner.token })
    expect(JSON.stringify(listed.body)).toContain(made.id)
    const rows = await server.server.db.selectFrom('event_destination').selectAll().execute()
    for (const text of [JSON.stringify(listed.body), JSON.stringify(rows)])
      for (const secret of [made.secret, made.secret.slice(6), 'of-the-receiver']) expect(text).not.toContain(secret)
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    expect(await calls.must('POST', `/v1/event-destinations/${made.id}/secret`, { secret: own })).toEqual({
      secret: own,
    })
    await calls.folder('Signed again')
    await expect.poll(() => got.length).toBe(1)
    const { 'webhook-id': id, 'webhook-timestamp': at } = got[0]?.headers ?? {}
    const expected = createHmac('sha256', Buffer.alloc(24, 7)).update(`${id}.${at}.${got[0]?.text}`).digest('base64')
    expect(got[0]?.headers['webhook-signature']).toBe(`v1,${expected}`)
    await calls.must('DELETE', `/v1/event-destinations/${made.id}`)
  })

  test('what is refused comes again with the same id, and a receiver that hangs holds up no other', async () => {
    const hanging = await startReceiver(() => null)
    let refusals = 1
    const moody = await startReceiver(() => (refusals-- > 0 ? { status: 503 } : ok()))
    const stuck = await calls.receive(hanging.url)
    const made = await calls.receive(moody.url)
    await calls.folder('Again')
    await expect.poll(() => moody.got.length, { timeout: 30_000 }).toBe(2)
    expect(new Set(moody.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await expect
      .poll(async () => (await calls.deliveries(made.id))[0])
      .toMatchObject({ status: 'DELIVERED', attempts: 2, lastStatus: 200, lastError: null })
    await expect
      .poll(async () => (await calls.deliveries(stuck.id))[0]?.lastError, { timeout: 30_000 })
      .toMatch(/did not answer within 2000 ms/)
    for (const { id } of [stuck, made]) await calls.must('DELETE', `/v1/event-destinations/${id}`)
  })

  test('a receiver that says that it is gone gets nothing more, until it is switched on again', async () => {
    let status = 410
    const { got, url } = await startReceiver(() => ({ status }))
    const { id } = await calls.receive(url)
    await calls.folder('Gone')
    const find = async () =>
      (await calls.must<List<EventDestination>>('GET', '/v1/event-destinations')).data.find((one) => one.id === id)
    await expect.poll(find).toMatchObject({ status: 'DISABLED', disabledReason: expect.stringContaining('410') })
    await calls.folder('Unheard')
    const [dead] = await calls.deliveries(id)
    expect(dead).toMatchObject({ status: 'DEAD', lastStatus: 410, lastError: expect.stringContaining('because') })
    status = 200
    const enabled = await calls.must<EventDestination>('PATCH', `/v1/event-destinations/${id}`, { status: 'ENABLED' })
    expect(enabled).toMatchObject({ status: 'ENABLED', disabledReason: null })
    await calls.must('POST', `/v1/event-destinations/${id}/deliveries/${dead?.id}/redeliver`)
    await expect.poll(async () => (await calls.deliveries(id))[0]).toMatchObject({ status: 'DELIVERED', attempts: 2 })
    await calls.folder('Heard')
    await expect
      .poll(() => got.map(({ event }) => event.data.folder))
      .toMatchObject([{ displayName: 'Gone' }, { displayName: 'Gone' }, { displayName: 'Heard' }])
    await calls.must('DELETE', `/v1/event-destinations/${id}`)
  })

  test('a receiver that has taken nothing for a day is switched off, and its events are kept', async () => {
    const { url } = await startReceiver(() => ({ status: 500 }))
    const { id } = await calls.receive(url)
    await calls.folder('Refused')
    await expect.poll(async () => (await calls.deliveries(id))[0]).toMatchObject({ status: 'WAITING', lastStatus: 500 })
    const past = new Date(Date.now() - 1000)
    await server.server.db.updateTable('event_delivery').set({ retryUntil: past }).execute()
    await expect
      .poll(async () => (await calls.deliveries(id))[0], { timeout: 30_000 })
      .toMatchObject({ status: 'DEAD', nextAttemptAt: null, lastError: expect.stringContaining('status 500') })
    const find = async () =>
      (await calls.must<List<EventDestination>>('GET', '/v1/event-destinations')).data.find((one) => one.id === id)
    await expect
      .poll(find)
      .toMatchObject({ status: 'DISABLED', disabledReason: expect.stringContaining('no event for a day') })
    await calls.must('DELETE', `/v1/event-destinations/${id}`)
  })

  test('events come as logs of OpenTelemetry', async () => {
    const { got, url } = await startReceiver(ok)
    const { id } = await calls.receive(url, ['folder.created'], { kind: 'OPENTELEMETRY' })
    const folder = await calls.folder('Logged')
    await expect.poll(() => got.length).toBe(1)
    const attribute = (key: string, value: unknown) => expect.objectContaining({ key, value })
    expect(got[0]?.event).toMatchObject({
      resourceLogs: [
        {
          resource: { attributes: [attribute('service.name', { stringValue: 'piecework' })] },
          scopeLogs: [
            {
              logRecords: [
                {
                  eventName: 'folder.created',
                  timeUnixNano: expect.stringMatching(/^\d{19}$/),
                  attributes: expect.arrayContaining([
                    attribute('userEmail', { stringValue: 'owner@example.com' }),
                    attribute('folder', {
                      kvlistValue: { values: expect.arrayContaining([attribute('id', { stringValue: folder.id })]) },
                    }),
                  ]),
                },
              ],
            },
          ],
        },
      ],
    })
    await calls.must('DELETE', `/v1/event-destinations/${id}`)
  })

  test('every event has a sample to try a receiver with', async () => {
    const { got, url } = await startReceiver(ok)
    for (const event of Object.keys(EVENT_DATA))
      expect(await calls.must('POST', '/v1/event-destinations/test', { url, event })).toEqual({
        ...{ delivered: true, status: 200, error: null },
      })
    expect(got.map(({ event }) => event.action)).toEqual(Object.keys(EVENT_DATA))
    const refusing = await startReceiver(() => ({ status: 302, headers: { location: url } }))
    expect(await calls.must('POST', '/v1/event-destinations/test', { url: refusing.url })).toEqual({
      ...{ delivered: false, status: 302, error: 'the receiver answered with status 302: because' },
    })
  })

  test('odd addresses and headers are refused, by the name of the field', async () => {
    const send = (body: object) =>
      server.call('POST', '/v1/event-destinations', { token: owner.token, body: { events: ['flow.created'], ...body } })
    const url = 'https://example.com/events'
    expect(await send({ url: 'ftp://example.com' })).toMatchObject({ status: 400 })
    expect(await send({ url, events: [] })).toMatchObject({ status: 400 })
    expect(await send({ url, events: ['flow.painted'] })).toMatchObject({ status: 400 })
    expect(await send({ url, headers: { 'x-y': 'a\r\nb: c' } })).toMatchObject({ status: 400 })
    for (const name of ['Content-Length', 'transfer-encoding', 'host', 'connection', 'expect'])
      expect(await send({ url, headers: { [name]: '1' } })).toMatchObject({
        ...{ status: 400, body: { message: expect.stringContaining(`body/headers/${name}`) } },
      })
    expect(await send({ url, secret: 'short' })).toMatchObject({ status: 400 })
    expect(await send({ url: 'https://ada:secret@example.com/' })).toMatchObject({ status: 409 })
    const blocked = await server.call('POST', '/v1/event-destinations/test', {
      ...{ token: owner.token, body: { url: 'http://169.254.169.254/latest' } },
    })
    expect(blocked.body).toMatchObject({ delivered: false, status: null })
  })

  test('are for administrators, each for their own platform', async () => {
    const { url } = await startReceiver(ok)
    const { id } = await calls.receive(url)
    const token = await addMember(server, owner, 'Admin')
    for (const [method, path, body] of [
      ['GET', ''],
      ['POST', '', { url, events: ['flow.created'] }],
      ['PATCH', `/${id}`, { status: 'DISABLED' }],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/secret`, {}],
      ['POST', '/test', { url }],
      ['GET', `/${id}/deliveries`],
    ] as const)
      expect(
        await server.call(method, `/v1/event-destinations${path}`, { token, body }),
        `${method} ${path}`,
      ).toMatchObject({ status: 403 })
    const other = await calls.must<{ token: string }>('POST', '/v1/platforms', { name: 'Another' })
    expect(await server.call('DELETE', `/v1/event-destinations/${id}`, { token: other.token })).toMatchObject({
      ...{ status: 404, body: { code: 'ENTITY_NOT_FOUND' } },
    })
    await calls.must('DELETE', `/v1/event-destinations/${id}`)
  })
})

describe('on its own address', () => {
  let server: TestServer
  let owner: Person
  beforeAll(async () => {
    const port = await freePort()
    const { AP_CONTAINER_TYPE, AP_WORKER_CONCURRENCY } = ENV
    const address = { AP_PORT: `${port}`, AP_FRONTEND_URL: `http://127.0.0.1:${port}` }
    server = await startTestServer({ AP_CONTAINER_TYPE, AP_WORKER_CONCURRENCY, ...address })
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('a flow may take events, of every run but its own', async () => {
    const { must, receive, deliveries, folder } = callsOf(server, owner)
    const { create, publish } = flowMaker(server, owner)
    const make = async () => (await publish((await create(webhookTrigger(), [codeAction('step_1', CODE)])).id)).id
    const [handler, other] = [await make(), await make()]
    const { id } = await receive(`${server.origin}/api/v1/webhooks/${handler}`, ['flow.run.finished', 'folder.created'])
    await fetch(`${server.origin}/api/v1/webhooks/${other}`, { method: 'POST' })
    await expect
      .poll(async () => (await deliveries(id)).map(({ status }) => status), { timeout: 30_000 })
      .toEqual(['DELIVERED'])
    const runs = `/v1/flow-runs?projectId=${owner.projectId}&flowId=${handler}`
    await expect
      .poll(async () => (await must<List<{ status: string }>>('GET', runs)).data.map(({ status }) => status), {
        timeout: 30_000,
      })
      .toEqual(['SUCCEEDED'])
    await folder('After the run')
    await expect
      .poll(async () => (await deliveries(id)).map(({ action }) => action), { timeout: 30_000 })
      .toEqual(['folder.created', 'flow.run.finished'])
  })

  test('nothing else there takes events, and others must be reached by https', async () => {
    for (const url of ['http://example.com/events', `${server.origin}/api/v1/flows`]) {
      const body = { events: ['flow.created'], url }
      expect(await server.call('POST', '/v1/event-destinations', { token: owner.token, body })).toMatchObject({
        ...{ status: 409, body: { code: 'VALIDATION', params: { field: 'url' } } },
      })
    }
  })
})
