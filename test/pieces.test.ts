import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { FlowRun } from '@piecework/model/run/run'
import catalogue from '@piecework/pieces/catalogue.json' with { type: 'json' }
import { readBody, startTestServer } from '@piecework/pieces/common/test-server'
import { testMysql, testPostgres } from '@piecework/pieces/common/testing-databases'
import { rawEmail, startImapServer } from '@piecework/pieces/imap/testing-imap'
import { blank, encodePng } from '@piecework/pieces/pdf/png'
import { startSftpServer } from '@piecework/pieces/sftp/test-sftp-server'
import { startSmtpServer } from '@piecework/pieces/smtp/testing-smtp'
import { freePort } from '@piecework/server/testing/free-port'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, piece, signIn } from './support/client.ts'
import { badCases, sftpFailures, WITHOUT_INPUT } from './support/piece-bad-cases.ts'
import { goodCases, SHOWN_ELSEWHERE, type Surroundings } from './support/piece-cases.ts'
import { badTriggers, feed, goodTriggers, TRIGGERS_SHOWN_ELSEWHERE } from './support/piece-trigger-cases.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'
import { type Runs, runsOf } from './support/runs.ts'

/** Every action of the built-in pieces as a step of a real flow: what it does, and what it says when input is wrong. */

const SCOPE = '@activepieces/piece-'
;('iVBORw0KGgoAAAANSUhEUgAAABQAAAAKCAIAAAA7N+mxAAAAF0lEQVR4nGP8z0A+YKJA76jmUc1DRDMAQ04BEw8Q35cAAAAASUVORK5CYII=')

const pieces: PieceMetadata[] = JSON.parse(JSON.stringify(catalogue))
const versionOf = (name: string) => pieces.find((one) => one.name === SCOPE + name)?.version ?? 'unknown'
const step = (name: string, pieceName: string, action: string, input: object) =>
  piece(name, SCOPE + pieceName, versionOf(pieceName), action, { ...input })

const closing: (() => Promise<unknown>)[] = []
let client: Client
let runs: Runs
let surroundings: Surroundings

beforeAll(async () => {
  const folder = await temporaryFolder()
  closing.push(() => folder.remove())
  // The server calls itself by its public address: files of steps, answers of flows that another one called.
  const port = await freePort()
  // Wrong inputs are to reach the pieces.
  const address = {
    AP_PORT: String(port),
    AP_FRONTEND_URL: `http://127.0.0.1:${port}`,
    AP_PUBLISH_INVALID_FLOWS: 'true',
  }
  const server: ServerProcess = await startServer(join(folder.path, 'config'), address)
  closing.push(() => server.stop())
  client = await signIn(server.base)
  runs = runsOf(client)
  surroundings = await startSurroundings(join(folder.path, 'sftp'))
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

async function startSurroundings(sftpRoot: string): Promise<Surroundings> {
  const echo = await startTestServer(async (request, response) => {
    const status = Number(/^\/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200)
    const { method, url, headers } = request
    if (url === '/feed') return void response.end(feed)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ method, url, headers, body: await readBody(request) }))
  })
  await mkdir(sftpRoot)
  const servers = {
    sftp: await startSftpServer(sftpRoot),
    smtp: await startSmtpServer(),
    imap: await startImapServer([rawEmail('One'), rawEmail('Two')], [rawEmail('Kept')]),
  }
  closing.push(...[echo, ...Object.values(servers)].map((server) => () => server.close()))
  const connect = async (name: string, props: Record<string, unknown>) => {
    const value = { type: 'CUSTOM_AUTH' as const, props }
    const connection = { externalId: name, displayName: name, pieceName: SCOPE + name, pieceVersion: versionOf(name) }
    await client.api.appConnections.upsert({
      body: { ...connection, projectId: client.projectId, type: 'CUSTOM_AUTH', value },
    })
    return `{{connections['${name}']}}`
  }
  const here = { host: '127.0.0.1' }
  const auth = {
    postgres: await connect('postgres', { ...testPostgres, enable_ssl: false, reject_unauthorized: true }),
    mysql: await connect('mysql', { ...testMysql, port: Number(testMysql.port || 3306) }),
    sftp: await connect('sftp', {
      ...here,
      protocol: 'sftp',
      port: servers.sftp.port,
      username: 'ada',
      password: 'secret',
    }),
    smtp: await connect('smtp', { ...here, port: servers.smtp.port, email: 'ada', password: 'secret', TLS: false }),
    imap: await connect('imap', {
      ...{ ...here, port: servers.imap.port, username: 'testuser', password: 'testpass' },
      ...{ tls: false, validateCertificates: false },
    }),
  }
  const png = (await encodePng(blank(20, 10))).toString('base64')
  return { echo: echo.url, auth, table: `pieces_${randomBytes(4).toString('hex')}`, png }
}

/** Runs steps in a row. @returns the run with its steps. */
async function runAll(steps: object[]): Promise<FlowRun> {
  const flowId = await client.liveFlow(steps)
  await runs.fire(flowId)
  const [run] = await runs.runsOf(flowId)
  if (!run) throw new Error('the call started no run')
  return runs.ended(run.id)
}

const carryingOn = (action: object) => {
  const settings = 'settings' in action ? Object(action.settings) : {}
  const errorHandlingOptions = { continueOnFailure: { value: true }, retryOnFailure: { value: false } }
  return { ...action, settings: { ...settings, errorHandlingOptions } }
}

describe('every action', () => {
  test('is among the cases below', () => {
    const all = pieces.flatMap(({ name, actions }) =>
      Object.keys(actions).map((action) => `${name.slice(SCOPE.length)} ${action}`),
    )
    const good = goodCases(surroundings).map(([, pieceName, action]) => `${pieceName} ${action}`)
    const bad = badCases(surroundings).map(([pieceName, action]) => `${pieceName} ${action}`)
    const failing = sftpFailures(surroundings).map(([action]) => `sftp ${action}`)
    expect(all.filter((action) => !good.includes(action) && !(action in SHOWN_ELSEWHERE))).toEqual([])
    expect(all.filter((action) => ![...bad, ...failing].includes(action) && !WITHOUT_INPUT.has(action))).toEqual([])
  })

  test('does its work', async () => {
    const cases = goodCases(surroundings)
    const run = await runAll(cases.map(([name, pieceName, action, input]) => step(name, pieceName, action, input)))
    const failed = Object.entries(run.steps ?? {}).filter(([, { status }]) => status !== 'SUCCEEDED')
    expect(failed).toEqual([])
    for (const [name, , , , output] of cases) {
      const given = { [name]: run.steps?.[name]?.output }
      if (typeof output === 'object' && output !== null) expect(given).toMatchObject({ [name]: output })
      else expect(given).toEqual({ [name]: output })
    }
    expect(run.status).toBe('SUCCEEDED')
    expect(run.tags).toEqual(['important', 'connection:postgres'])
  })

  test('says what is wrong with its input', async () => {
    const cases = badCases(surroundings)
    const prepared = [
      step('file', 'file-helper', 'createFile', { content: 'a', fileName: 'a.txt', encoding: 'utf8' }),
      step('pdf', 'pdf', 'textToPdf', { text: 'a' }),
      step('list', 'store', 'add_to_list', { key: 'bad_list', value: ['a'], store_scope: 'FLOW' }),
      step('text', 'store', 'put', { key: 'bad_text', value: 'a', store_scope: 'FLOW' }),
    ]
    const wrong = cases.map(([pieceName, action, input], index) =>
      carryingOn(step(`bad_${index}`, pieceName, action, input)),
    )
    const failing = sftpFailures(surroundings)
    const handedOn = failing.map(([action, input]) => step(`sftp_${action}`, 'sftp', action, input))
    const run = await runAll([...prepared, ...wrong, ...handedOn])
    const said = cases.map(([pieceName, action], index) => {
      const { status, errorMessage = '' } = { ...run.steps?.[`bad_${index}`] }
      // A run shows a JSON message of a piece in several lines.
      return `${pieceName} ${action} ${status}: ${String(errorMessage).replaceAll(/\s+/g, ' ')}`
    })
    const unclear = cases.flatMap(([, , , message], index) => {
      const text = said[index] ?? ''
      const matches = typeof message === 'string' ? text.includes(message) : message.test(text)
      return matches && text.includes(' FAILED: ') ? [] : [{ text, message }]
    })
    expect(unclear).toEqual([])
    for (const [action] of failing) {
      expect({ [action]: run.steps?.[`sftp_${action}`]?.output }).toEqual({
        [action]: { status: 'error', error: expect.stringMatching(/.+/) },
      })
    }
    expect(run.status).toBe('SUCCEEDED')
  })
})

test('a flow stops and fails itself', async () => {
  const stopped = await runAll([
    step('stop', 'flow-helper', 'stopFlow', {}),
    step('never', 'qrcode', 'text_to_qrcode', { text: 'a' }),
  ])
  expect(stopped).toMatchObject({
    status: 'SUCCEEDED',
    steps: { stop: { output: { success: true, message: expect.any(String) } } },
  })
  expect(stopped.steps?.never).toBeUndefined()
  const failed = await runAll([step('fail', 'flow-helper', 'failFlow', { message: 'Enough' })])
  expect(failed).toMatchObject({ status: 'FAILED', steps: { fail: { status: 'FAILED' } } })
  expect(JSON.stringify(failed.steps?.fail)).toContain('Enough')
})

test('steps that name other versions of a piece run as those versions meant them', async () => {
  const { echo } = surroundings
  const run = await runAll([
    piece('json', `${SCOPE}http`, '0.3.0', 'send_request', {
      method: 'POST',
      url: echo,
      headers: {},
      queryParams: {},
      body: { a: 1 },
    }),
    piece('failsafe', `${SCOPE}http`, '0.4.2', 'send_request', {
      ...{ method: 'GET', url: `${echo}/status/404`, headers: {}, queryParams: {}, failsafe: true },
    }),
    piece('put', `${SCOPE}store`, '0.2.0', 'put', { key: 'old', value: 'v' }),
    piece('delay', `${SCOPE}delay`, '0.1.0', 'delayFor', { delayFor: 0 }),
  ])
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    steps: {
      json: { output: { body: { body: '{"a":1}' } } },
      failsafe: { output: { response: { status: 404 } } },
      put: { output: 'v' },
      delay: { output: { delayForInMs: 0, success: true } },
    },
  })
})

test('a flow calls another one and waits for what it returns', async () => {
  const trigger = {
    ...{
      type: 'PIECE_TRIGGER',
      name: 'trigger',
      displayName: 'Callable',
      valid: true,
      lastUpdatedDate: new Date().toISOString(),
    },
    settings: {
      ...{ pieceName: `${SCOPE}subflows`, pieceVersion: versionOf('subflows'), triggerName: 'callableFlow' },
      ...{ input: { mode: 'simple', exampleData: { sampleData: { n: 1 } } }, propertySettings: {} },
    },
  }
  const answer = step('answer', 'subflows', 'returnResponse', {
    mode: 'simple',
    response: { response: { returned: '{{trigger.data.n}}' } },
  })
  const childId = await client.liveFlow([answer], trigger)
  const { externalId } = await client.api.flows.get({ params: { id: childId } })
  const call = (name: string, waitForResponse: boolean) =>
    step(name, 'subflows', 'callFlow', {
      ...{ flow: { externalId }, mode: 'simple', flowProps: { payload: { n: 21 } }, waitForResponse },
    })
  const later = piece('later', `${SCOPE}subflows`, '0.6.3', 'callFlow', {
    ...{ flowId: externalId, mode: 'simple', flowProps: { payload: { n: 22 } }, waitForResponse: true },
  })
  const run = await runAll([call('wait', true), call('forget', false), later])
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    steps: {
      wait: { output: { status: 'success', data: { returned: 21 } } },
      later: { output: { status: 'success', data: { returned: 22 } } },
    },
  })
})

describe('every trigger', () => {
  test('is among the cases below', () => {
    const all = pieces.flatMap(({ name, triggers }) =>
      Object.keys(triggers).map((trigger) => `${name.slice(SCOPE.length)} ${trigger}`),
    )
    const cases = goodTriggers(surroundings).map(([pieceName, trigger]) => `${pieceName} ${trigger}`)
    expect(all.filter((trigger) => !cases.includes(trigger) && !(trigger in TRIGGERS_SHOWN_ELSEWHERE))).toEqual([])
  })

  const trigger = (pieceName: string, triggerName: string, input: object) => ({
    ...{ type: 'PIECE_TRIGGER' as const, name: 'trigger', displayName: triggerName, valid: true },
    lastUpdatedDate: new Date().toISOString(),
    settings: { ...step('', pieceName, triggerName, input).settings, triggerName },
  })

  /** Tests the trigger as the editor does. @returns the events that the test shows. */
  async function shown(pieceName: string, triggerName: string, input: object): Promise<unknown[]> {
    const flowId = await client.draft()
    const { version } = await client.operate(flowId, {
      type: 'UPDATE_TRIGGER',
      request: trigger(pieceName, triggerName, input),
    })
    const asked = {
      projectId: client.projectId,
      flowId,
      flowVersionId: version.id,
      testStrategy: 'TEST_FUNCTION' as const,
    }
    const { data } = await client.api.triggers.test({ body: asked })
    return data.map(({ payload }) => payload)
  }

  test('shows its events', async () => {
    const { auth, table } = surroundings
    await runAll([
      step('table', 'postgres', 'run-query', {
        auth: auth.postgres,
        query: `CREATE TABLE ${table} AS SELECT generate_series(1, 2) AS id`,
      }),
      step('file', 'sftp', 'create_file', { auth: auth.sftp, fileName: 'new.txt', fileContent: 'text' }),
    ])
    for (const [pieceName, name, input, events] of goodTriggers(surroundings)) {
      expect({ [name]: await shown(pieceName, name, input) }).toMatchObject({ [name]: events })
    }
    await runAll([step('table', 'postgres', 'run-query', { auth: auth.postgres, query: `DROP TABLE ${table}` })])
  })

  test('says what is wrong with its input', async () => {
    for (const [pieceName, name, input, message] of badTriggers(surroundings)) {
      await expect(shown(pieceName, name, input), name).rejects.toThrow(message)
    }
    const never = trigger('schedule', 'cron_expression', { cronExpression: 'every day', timezone: 'UTC' })
    await expect(client.liveFlow([], never)).rejects.toThrow(/cron/i)
  })

  test('of people starts the flow with what they entered', async () => {
    const inputs = [
      { displayName: 'Your Name', type: 'text', required: true },
      { displayName: 'I agree', type: 'toggle', required: true },
    ]
    const form = await client.liveFlow([], trigger('forms', 'form_submission', { waitForResponse: false, inputs }))
    await runs.fire(form, { yourName: 'Ada', iAgree: 'true', other: 'x' })
    expect((await runs.runIn(form, 'SUCCEEDED')).steps?.trigger?.output).toEqual({ yourName: 'Ada', iAgree: true })
    const chat = await client.liveFlow([], trigger('forms', 'chat_submission', { botName: 'Bot' }))
    await runs.fire(chat, { chatId: 'c', message: 'Hello' })
    expect((await runs.runIn(chat, 'SUCCEEDED')).steps?.trigger?.output).toEqual({
      ...{ sessionId: 'c', message: 'Hello', files: [] },
    })
  })
})
