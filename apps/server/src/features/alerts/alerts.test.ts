import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Alert } from '@piecework/api/alerts'
import type { Issue } from '@piecework/api/issues'
import { newId } from '@piecework/model/ids'
import { startSmtpServer } from '@piecework/pieces/smtp/testing-smtp'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { installPiece } from '../../testing/install-piece.ts'
import { addMember } from '../../testing/members.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createIssueRecorder } from '../issues/record.ts'
import { mailPiece, oauth2User } from '../oauth2/testing.ts'

interface Told {
  kind: string
  title: string
  lines: string[]
  link: string
  flowIds: string[]
}

let server: TestServer
let owner: Person
let smtp: Awaited<ReturnType<typeof startSmtpServer>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let flows: ReturnType<typeof flowMaker>

/** A program that hears of alerts; at first it is down. */
async function startReceiver() {
  const got: { headers: Record<string, string>; body: string }[] = []
  let refusals = 1
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (refusals-- > 0) return response.writeHead(500).end()
    got.push({ headers: Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, String(v)])), body })
    // Who has said 200 has the alert, however much follows.
    response.end('.'.repeat(200_000))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/alerts`
  const find = (matches: (told: Told) => boolean, what: string) =>
    eventually(async () => got.map(({ body }): Told => JSON.parse(body)).find(matches), what)
  return { url, got, find, close: () => http.close() }
}

beforeAll(async () => {
  smtp = await startSmtpServer()
  receiver = await startReceiver()
  server = await startTestServer({
    ...{ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1', AP_SSRF_ALLOW_LIST: '127.0.0.1' },
    ...{
      AP_SMTP_HOST: '127.0.0.1',
      AP_SMTP_PORT: String(smtp.port),
      AP_SMTP_USERNAME: 'ada',
      AP_SMTP_PASSWORD: 'secret',
    },
    ...{
      AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
      AP_SMTP_SENDER_EMAIL: 'piecework@example.com',
      AP_ALERT_CHECK_SECONDS: '1',
    },
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  receiver?.close()
  await smtp?.close()
})

const call = <Body = Record<string, unknown>>(method: string, path: string, body?: object, token = owner.token) =>
  server.call<Body>(method, path, { token, body })
const issuesOf = async (query: string) =>
  (await call<{ data: Issue[] }>('GET', `/v1/issues?projectId=${owner.projectId}&${query}`)).body.data
const mailsTo = async (email: string) => {
  const mails = smtp.received.filter(({ recipients }) => recipients.includes(email))
  return Promise.all(mails.map(({ source }) => simpleParser(source)))
}

/** A flow that fails for an order while its rate of exchange is missing. */
async function failingFlow() {
  const flow = await flows.create(webhookTrigger(), [
    codeAction(
      'rate',
      `export const code = async ({ order }) => {
      if (order !== 'good') throw new Error('The order ' + order + ' has no rate')
    }`,
      { order: "{{trigger['body']['order']}}" },
    ),
  ])
  await flows.publish(flow.id)
  const order = (order: string) => call('POST', `/v1/webhooks/${flow.id}`, { order })
  return { flow, order }
}

test('receivers of alerts are added once, listed and removed, by those who may', async () => {
  const { projectId } = owner
  const webhook = await call<Alert & { secret: string }>('POST', '/v1/alerts', {
    ...{ projectId, channel: 'WEBHOOK', receiver: receiver.url },
  })
  expect(webhook).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^whsec_/) } })
  const mail = { projectId, channel: 'EMAIL', receiver: 'Ops@Example.com' }
  expect(await call('POST', '/v1/alerts', mail)).toMatchObject({ status: 201, body: { receiver: 'ops@example.com' } })
  expect(await call('POST', '/v1/alerts', mail)).toMatchObject({
    ...{ status: 409, body: { code: 'EXISTING_ALERT_CHANNEL' } },
  })
  const injected = { ...mail, receiver: 'a@example.com\r\nBcc: b@example.com' }
  expect((await call('POST', '/v1/alerts', injected)).status).toBe(400)
  const withPassword = { projectId, channel: 'WEBHOOK', receiver: 'https://a:b@example.com' }
  expect((await call('POST', '/v1/alerts', withPassword)).status).toBe(409)
  const listed = await call<{ data: Alert[] }>('GET', `/v1/alerts?projectId=${projectId}`)
  expect(listed.body.data.map(({ receiver }) => receiver)).toEqual([receiver.url, 'ops@example.com'])
  expect(JSON.stringify(listed.body)).not.toContain('whsec_')
  const extra = await call<Alert>('POST', '/v1/alerts', { ...mail, receiver: 'gone@example.com' })
  const editor = await addMember(server, owner, 'Editor')
  expect((await call('DELETE', `/v1/alerts/${extra.body.id}`, undefined, editor)).status).toBe(403)
  expect((await call('DELETE', `/v1/alerts/${extra.body.id}`)).status).toBe(204)

  const { flow, order } = await failingFlow()
  await order('17')
  const told = await receiver.find(({ kind }) => kind === 'RUN_FAILED', 'the alert of the first failure')
  expect(told).toMatchObject({
    title: 'A flow failed',
    flowIds: [flow.id],
    lines: [expect.any(String), expect.stringContaining('The order 17 has no rate')],
  })
  const sent = receiver.got.find(({ body }) => body.includes('RUN_FAILED'))
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = sent?.headers ?? {}
  const key = Buffer.from(webhook.body.secret.slice('whsec_'.length), 'base64')
  expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${at}.${sent?.body}`).digest('base64')}`)
  const mailOf = async () =>
    (await mailsTo('ops@example.com')).find(({ subject }) => subject?.includes('A flow failed'))
  const received = await eventually(mailOf, 'the mail of the first failure')
  expect(received.text).toContain('The order 17 has no rate')
  expect(await mailsTo('gone@example.com')).toEqual([])
})

test('failures of one kind are one issue, told once and then together; a retry of all runs puts it right', async () => {
  const { flow, order } = await failingFlow()
  for (const number of ['1', '2', '3']) await order(number)
  const [issue] = await eventually(async () => {
    const found = await issuesOf(`flowId=${flow.id}`)
    return found[0]?.count === 3 ? found : undefined
  }, 'three failures in one issue')
  expect(issue).toMatchObject({
    ...{ stepName: 'rate', runStatus: 'FAILED', status: 'UNRESOLVED', flowDisplayName: 'A flow' },
    kind: expect.stringContaining('The order # has no rate'),
  })
  if (!issue) throw new Error('no issue')
  expect(Date.parse(issue.firstSeen)).toBeLessThanOrEqual(Date.parse(issue.lastSeen))
  await receiver.find(({ kind, flowIds }) => kind === 'RUN_FAILED' && flowIds.includes(flow.id), 'the first alert')
  const alertsOf = (kind: string) => receiver.got.filter(({ body }) => body.includes(kind) && body.includes(flow.id))
  const { db } = server.server
  await eventually(async () => {
    const waiting = await db.selectFrom('outbox').select('id').where('subscriber', '=', 'alerts').execute()
    return waiting.length === 0 ? true : undefined
  }, 'alerts that are taken')
  expect(alertsOf('RUN_FAILED')).toHaveLength(1)

  // An hour later.
  await db
    .updateTable('issue')
    .set({ alertedAt: new Date(Date.now() - 3_660_000) })
    .where('id', '=', issue.id)
    .execute()
  const digest = await receiver.find(
    ({ kind, flowIds }) => kind === 'RUNS_FAILED' && flowIds.includes(flow.id),
    'the digest',
  )
  expect(digest.title).toBe('2 more runs failed')
  expect(digest.lines[0]).toContain('failed 2 more times at the step')

  const runs = await call<{ data: { id: string }[] }>(
    'GET',
    `/v1/flow-runs?projectId=${owner.projectId}&issueId=${issue.id}`,
  )
  expect(runs.body.data).toHaveLength(3)
  const code = codeAction('rate', 'export const code = async () => 1', {})
  const { type, name, displayName, valid, settings } = code
  expect((await flows.operate(flow.id, 'UPDATE_ACTION', { type, name, displayName, valid, settings })).status).toBe(200)
  await flows.publish(flow.id)
  const retry = { projectId: owner.projectId, issueId: issue.id, action: 'RETRY', strategy: 'ON_LATEST_VERSION' }
  const act = await call<{ id: string; total: number }>('POST', '/v1/flow-runs/bulk', retry)
  expect(act).toMatchObject({ status: 201, body: { total: 3 } })
  await eventually(async () => {
    const { body } = await call<{ data: { status: string }[] }>(
      'GET',
      `/v1/flow-runs?projectId=${owner.projectId}&flowId=${flow.id}&status=SUCCEEDED`,
    )
    return body.data.length === 3 ? true : undefined
  }, 'three runs that succeed')
  const resolve = () => call<Issue>('POST', `/v1/issues/${issue.id}`, { status: 'RESOLVED' })
  await eventually(async () => {
    const { body } = await call<{ status: string }>('GET', `/v1/flow-runs/bulk/${act.body.id}`)
    return body.status === 'RUNNING' ? undefined : true
  }, 'the end of the retry')
  // As while it goes on, held by another app.
  await db
    .updateTable('bulk_act')
    .set({ status: 'RUNNING', owner: 'another app', leaseUntil: new Date(Date.now() + 600_000) })
    .where('id', '=', act.body.id)
    .execute()
  expect(await resolve()).toMatchObject({
    status: 409,
    body: { params: { message: expect.stringContaining('being retried') } },
  })
  await db.updateTable('bulk_act').set({ status: 'SUCCEEDED' }).where('id', '=', act.body.id).execute()
  const resolved = await resolve()
  expect(resolved.body.status).toBe('RESOLVED')
  const left = await call<{ data: unknown[] }>('GET', `/v1/flow-runs?projectId=${owner.projectId}&issueId=${issue.id}`)
  expect(left.body.data).toEqual([])
  expect(await issuesOf(`flowId=${flow.id}&status=UNRESOLVED`)).toEqual([])
})

test('a failure of a run that is gone by now makes no issue', async () => {
  const { flow } = await failingFlow()
  const { outbox } = server.server
  const { projectId, platformId } = owner
  const now = new Date().toISOString()
  const flowRun = { id: newId(), flowId: flow.id, flowVersionId: newId(), status: 'FAILED', environment: 'PRODUCTION' }
  const recorder = createIssueRecorder({ outbox, linkOf: (id) => id })
  const event = {
    ...{ id: newId(), created: now, updated: now, platformId, projectId, action: 'flow.run.failed' as const },
    ...{ actor: { type: 'SYSTEM' as const, id: 'runs' }, data: { flowRun, failedStep: null } },
  }
  await recorder.deliver([event], new AbortController().signal)
  expect(await issuesOf(`flowId=${flow.id}`)).toEqual([])
})

test('a flow that was switched off, and one that did not run in time, are reported once', async () => {
  const { flow } = await failingFlow()
  const path = `/v1/flows/${flow.id}/expected-interval`
  expect((await call('POST', path, { minutes: 0 })).status).toBe(400)
  expect(await call('POST', path, { minutes: 30 })).toMatchObject({ status: 200, body: { minutes: 30 } })
  expect((await call('GET', path)).body).toEqual({ flowId: flow.id, minutes: 30 })
  const { db } = server.server
  const anHourAgo = new Date(Date.now() - 3_600_000)
  await db.updateTable('flow_expectation').set({ since: anHourAgo }).where('flowId', '=', flow.id).execute()
  await db.updateTable('flow_status_change').set({ changed: anHourAgo }).where('flowId', '=', flow.id).execute()
  const missed = await receiver.find(
    ({ kind, flowIds }) => kind === 'FLOW_DID_NOT_RUN' && flowIds.includes(flow.id),
    'the alert',
  )
  expect(missed.lines[0]).toContain('every 30 minutes')

  await flows.disable(flow.id)
  const off = await receiver.find(
    ({ kind, flowIds }) => kind === 'FLOW_SWITCHED_OFF' && flowIds.includes(flow.id),
    'the alert',
  )
  expect(off).toMatchObject({ title: 'A flow was switched off', lines: ['By owner@example.com.'] })
  const times = receiver.got.filter(({ body }) => body.includes('FLOW_DID_NOT_RUN') && body.includes(flow.id))
  expect(times).toHaveLength(1)
})

test('a connection that breaks, or soon will, is reported once for each trouble, until it works again', async () => {
  await using service = await startOAuth2Server()
  await installPiece(server, owner, mailPiece(service.url))
  const user = oauth2User(server, owner, service)
  const flow = await flows.create(webhookTrigger(), [
    codeAction('step_1', 'export const code = async () => 1', { auth: "{{connections['mailbox']}}" }),
  ])
  const told = (externalId: string) =>
    receiver.got
      .map(({ body }): Told => JSON.parse(body))
      .filter(({ kind, title }) => kind === 'CONNECTION_BREAKS' && title.includes(` ${externalId} `))
  const hears = (externalId: string, times: number) =>
    eventually(async () => (told(externalId).length >= times ? told(externalId)[times - 1] : undefined), 'the alert')

  // The service is down when the token has expired, then works, then is down again, then refuses for good.
  service.mode.expiresIn = '0.001'
  await user.connect('mailbox')
  service.mode.failure = { status: 503, body: 'down' }
  for (let times = 0; times < 2; times += 1) expect((await user.open('mailbox')).status).toBe(400)
  const down = await hears('mailbox', 1)
  expect(down).toMatchObject({ title: 'The connection mailbox does not work', flowIds: [flow.id] })
  expect(down?.lines[0]).toContain('could not be renewed')
  delete service.mode.failure
  expect((await user.open('mailbox')).body.status).toBe('ACTIVE')
  await user.connect('refused')
  service.mode.failure = { status: 400, body: '{"error":"invalid_grant"}' }
  for (let times = 0; times < 2; times += 1) expect((await user.open('refused')).body.status).toBe('ERROR')
  const refused = await hears('refused', 1)
  expect(refused).toMatchObject({ title: 'The connection refused does not work any more' })
  const mailOf = async () =>
    (await mailsTo('ops@example.com')).find(({ subject }) => subject?.includes('The connection refused'))
  expect((await eventually(mailOf, 'the mail')).text).toContain('Connect it again.')

  // Connected again, it can break again.
  delete service.mode.failure
  await user.connect('refused')
  service.mode.failure = { status: 400, body: '{"error":"invalid_grant"}' }
  expect((await user.open('refused')).body.status).toBe('ERROR')
  await hears('refused', 2)

  // A token for two days that cannot be renewed; one for a month is no trouble yet.
  delete service.mode.failure
  service.mode.more = { refresh_token: undefined }
  service.mode.expiresIn = 30 * 86_400
  await user.connect('month')
  service.mode.expiresIn = 2 * 86_400
  await user.connect('days')
  expect(await hears('days', 1)).toMatchObject({ title: 'The connection days ends soon' })
  expect(told('month')).toEqual([])
  expect([told('mailbox').length, told('days').length]).toEqual([1, 1])
})

test('a secret that cannot be read any more is reported once, until it can', async () => {
  let status = 200
  await using manager = createServer((request, response) => {
    if (request.url?.startsWith('/authn/')) response.end('dG9rZW4=')
    else response.writeHead(status).end('the-secret')
  })
  await new Promise<void>((resolve) => manager.listen(0, '127.0.0.1', resolve))
  const { port } = manager.address() as AddressInfo
  const config = { organizationAccountName: 'acme', loginId: 'host/p', url: `http://127.0.0.1:${port}`, apiKey: 'k' }
  const made = await call<{ id: string }>('POST', '/v1/secret-managers', {
    ...{ providerId: 'cyberark-conjur', name: 'Conjur', config },
  })
  const secret_text = `{{${made.body.id}|ap_sep_v1|team/key}}`
  const connected = await call('POST', '/v1/app-connections', {
    ...{ externalId: 'kept', displayName: 'Kept', pieceName: '@activepieces/piece-http', projectId: owner.projectId },
    ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text } },
  })
  expect(connected.status).toBe(201)
  await using service = await startOAuth2Server()
  const { open } = oauth2User(server, owner, service)
  const told = () => receiver.got.filter(({ body }) => body.includes('The connection Kept'))
  const read = async (answered: number) => {
    status = answered
    await call('DELETE', '/v1/secret-managers/cache')
    return (await open('kept')).status
  }
  expect([await read(404), await read(404)]).toEqual([400, 400])
  await eventually(async () => told()[0], 'the alert')
  expect(told()[0]?.body).toContain('a secret could not be read from Conjur')
  expect([await read(200), await read(404)]).toEqual([200, 400])
  await eventually(async () => told()[1], 'the next alert')
  expect(told()).toHaveLength(2)
})

test('analytics count runs and the time that they saved, and only of projects that somebody may enter', async () => {
  const { flow, order } = await failingFlow()
  await flows.operate(flow.id, 'UPDATE_MINUTES_SAVED', { timeSavedPerRun: 2.5 })
  for (const number of ['1', '2']) await order(number)
  await flows.finishedRuns(flow.id, 2)
  const report = await call<{ runs: { flowId: string; runs: number }[]; flows: { flowId: string }[]; users: object[] }>(
    ...(['POST', '/v1/analytics/refresh'] as const),
  )
  const counts = { flowId: flow.id, runs: 2, succeeded: 0, failed: 2 }
  const today = new Date().toISOString().slice(0, 10)
  expect(report.body.runs).toContainEqual({ ...counts, day: today })
  // Their days always differ.
  for (const timezone of ['Pacific/Kiritimati', 'Etc/GMT+12']) {
    const there = await call<{ runs: object[] }>(
      'POST',
      `/v1/analytics/refresh?timezone=${timezone.replace('+', '%2B')}`,
    )
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(new Date())
    expect(there.body.runs).toContainEqual({ ...counts, day })
  }
  const before = await call<{ runs: object[] }>('GET', '/v1/analytics?from=2020-01-01&to=2020-12-31')
  expect(before.body.runs).toEqual([])
  expect((await call('GET', '/v1/analytics?timezone=Nowhere')).status).toBe(400)
  await flows.operate(flow.id, 'CHANGE_NAME', { displayName: '=HYPERLINK("https://evil.example")' })
  const csv = await fetch(`${server.origin}/api/v1/analytics/export?from=2020-01-01`, {
    headers: { authorization: `Bearer ${owner.token}` },
  })
  expect(csv.headers.get('content-type')).toContain('text/csv')
  const [head, ...lines] = (await csv.text()).split('\r\n')
  expect(head).toBe('day,project,flow,flow_id,owner,runs,succeeded,failed,minutes_saved')
  expect(lines.find((line) => line.includes(flow.id))).toBe(
    `${today},Ada's Project,"'=HYPERLINK(""https://evil.example"")",${flow.id},owner@example.com,2,0,2,5`,
  )
  expect(report.body.users).toContainEqual(expect.objectContaining({ id: owner.userId, email: 'owner@example.com' }))
  const projects = await call<object[]>('GET', '/v1/analytics/project-leaderboard?timePeriod=last-week')
  expect(projects.body).toContainEqual(expect.objectContaining({ projectId: owner.projectId, minutesSaved: 5 }))
  const people = await call<object[]>('GET', '/v1/analytics/user-leaderboard')
  expect(people.body).toContainEqual(expect.objectContaining({ userId: owner.userId, minutesSaved: 5 }))

  const outsider = await addColleague(server, owner, 'Olga')
  expect((await call('GET', '/v1/analytics', undefined, outsider.token)).body).toMatchObject({
    runs: [],
    flows: [],
    users: [],
  })
  expect((await call('GET', '/v1/analytics/project-leaderboard', undefined, outsider.token)).body).toEqual([])
  expect((await call('GET', '/v1/analytics?timePeriod=forever')).status).toBe(400)
})
