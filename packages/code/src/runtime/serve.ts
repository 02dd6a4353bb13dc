import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { prepareTrigger } from '@piecework/engine/flow/piece-trigger'
import { createHost } from '@piecework/engine/operations/operation-host'
import { callHook as callPreparedHook } from '@piecework/engine/operations/trigger-hook'
import type { ConnectionAnswer, TriggerHook, TriggerHookResult } from '@piecework/engine/protocol'
import { guarded } from '@piecework/engine/sandbox/guards'
import { parseJson } from '@piecework/model/parse-json'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { nextTime, type Schedule } from '@piecework/model/schedule'
import { environmentName } from '../dialect.ts'
import { type Listeners, readAppEvent, secretIn } from './app-events.ts'
import { connectionIn, createFileStore } from './host.ts'
import type { Outcome, Program, RunOptions } from './program.ts'

const MAX_BODY_BYTES = 10 * 1024 * 1024
const EVERY_FIVE_MINUTES: Schedule = { cronExpression: '*/5 * * * *', timezone: 'UTC' }
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Call {
  method: string
  headers: Record<string, unknown>
  queryParams: Record<string, string>
  body: unknown
  rawBody: string
}

export interface ServeOptions {
  port?: number
  environment?: Record<string, string | undefined>
  onEnd?: (outcome: Outcome) => void
}

/**
 * Runs a program whenever its trigger says so: for each call of a webhook, or by the clock. `PORT`, `PUBLIC_URL` and
 * `DATA_FOLDER` of the environment say where it is reached, and where it keeps its store; `APP_WEBHOOK_SECRET` is the
 * secret of the webhook of an app that has one for all of its events.
 */
export async function serve(
  program: Program,
  options: ServeOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const type = await triggerType(program)
  const environment = options.environment ?? process.env
  const port = options.port ?? Number(environment.PORT ?? 3000)
  const store = createFileStore(environment.DATA_FOLDER ?? './data')
  const waiting = new Map<string, (call: unknown) => void>()
  const { server, url } = await listen(port, (request, response) => take(request, response))
  const publicUrl = environment.PUBLIC_URL ? `${environment.PUBLIC_URL.replace(/\/$/, '')}/` : url
  const runOptions: RunOptions = {
    environment,
    store,
    publicUrl,
    filesFolder: `${environment.DATA_FOLDER ?? './data'}/files`,
    call: (runId) => new Promise((resolve) => waiting.set(runId, resolve)),
    // They report their own failures.
    track: () => {},
  }
  const stop = new AbortController()
  const connection = connectionFrom(program, environment)
  const appWebhook = { secret: secretIn(environment.APP_WEBHOOK_SECRET), url: publicUrl }
  let listeners: Listeners | undefined

  const callHook = async (hook: TriggerHook, payload: unknown): Promise<TriggerHookResult> => {
    const operation = {
      type: 'EXECUTE_TRIGGER_HOOK' as const,
      ...{ projectId: 'program', platformId: 'program', engineToken: '', flowId: 'program', simulate: false, hook },
      prepared: program.prepared,
      webhookUrl: publicUrl,
      payload: JSON.stringify(payload),
      appWebhook,
    }
    const host = createHost(
      program.engineFor(runOptions, () => {}, 'trigger'),
      { connection },
      operation,
      {
        flowId: 'program',
        flowVersionId: 'program',
      },
    )
    try {
      // The plan of the program computes the input, which the version does not have.
      const trigger = await prepareTrigger(host, program.plan)
      return await guarded(() => callPreparedHook(host, trigger, operation))
    } finally {
      host.sandbox.close()
    }
  }

  const start = async (payload: unknown, onResponse?: (response: FlowResponse) => void): Promise<Outcome[]> => {
    const { output = [] } = { output: undefined, ...(await callHook('RUN', payload)) }
    return Promise.all(
      (output ?? []).map(async (event) => {
        const outcome = await program.run(JSON.parse(event), { ...runOptions, ...(onResponse ? { onResponse } : {}) })
        if (outcome.status !== 'SUCCEEDED') console.error(`${outcome.status}: ${JSON.stringify(outcome.failedStep)}`)
        options.onEnd?.(outcome)
        return outcome
      }),
    )
  }

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request, publicUrl)
    if (call === undefined) return void response.writeHead(413).end()
    const [, runId] = /^\/v1\/flow-runs\/([\w-]+)\/requests\//.exec(request.url ?? '') ?? []
    if (runId !== undefined) {
      const resume = waiting.get(runId)
      waiting.delete(runId)
      resume?.(call)
      return void answer(
        response,
        resume ? { status: 200, body: {} } : { status: 404, body: { message: 'Nothing waits here' } },
      )
    }
    if (new URL(request.url ?? '/', publicUrl).pathname !== '/') return void response.writeHead(404).end()
    const piece = program.plan.trigger.piece?.location
    if (type === 'APP_WEBHOOK' && piece) {
      // The app sends the event again.
      if (!listeners) return void answer(response, { status: 503, body: { message: 'The program is starting' } })
      const engine = program.engineFor(runOptions, () => {}, 'trigger')
      const { response: reply, isWanted } = await readAppEvent(engine, { piece, appWebhook, listeners }, call)
      // An app waits for seconds, and then sends the event again: the run goes on after the answer.
      if (isWanted) start(call).catch((error: unknown) => console.error(error))
      return void answer(response, reply)
    }
    const outcomes = await start(call, (given) => answer(response, given))
    if (response.headersSent) return
    if (outcomes.length === 0)
      return void answer(response, { status: 401, body: { message: 'The call was not accepted' } })
    const isFine = outcomes.every(({ status }) => status === 'SUCCEEDED')
    answer(response, isFine ? { status: 200, body: {} } : { status: 500, body: { message: 'The run failed' } })
  }

  const tick = async (schedule: Schedule): Promise<void> => {
    while (!stop.signal.aborted) {
      const wait = nextTime(schedule, new Date()).getTime() - Date.now()
      await delay(Math.min(wait, LONGEST_TIMER_MS), undefined, { signal: stop.signal })
      if (wait <= LONGEST_TIMER_MS) await start({}).catch((error: unknown) => console.error(error))
    }
  }

  if (program.plan.trigger.piece) {
    const enabled = await callHook('ON_ENABLE', {})
    const { schedule } = { schedule: undefined, ...enabled }
    listeners = enabled.listeners ?? []
    if (type === 'POLLING')
      tick(schedule ?? EVERY_FIVE_MINUTES).catch((error: unknown) => stop.signal.aborted || console.error(error))
  }
  return {
    url,
    async close() {
      stop.abort()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function listen(port: number, take: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, resolve))
  const address = server.address()
  return { server, url: `http://localhost:${typeof address === 'object' && address ? address.port : port}/` }
}

async function triggerType(program: Program): Promise<string | undefined> {
  const { piece } = program.plan.trigger
  if (!piece?.location) return undefined
  const engine = program.engineFor({}, () => {}, 'trigger')
  const loaded = await engine.pieces.load(piece.location)
  return loaded.getTrigger(piece.settings.triggerName ?? '')?.type
}

const connectionFrom =
  (program: Program, environment: Readonly<Record<string, string | undefined>>) =>
  async (externalId: string): Promise<ConnectionAnswer> => {
    const name = new Map(program.head.details.connections).get(externalId) ?? environmentName(externalId)
    const text = environment[name]
    if (text === undefined || text === '') return { status: 'NOT_FOUND' }
    return { status: 'ACTIVE', value: connectionIn(text) }
  }

async function readCall(request: IncomingMessage, publicUrl: string): Promise<Call | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(part)
  }
  const rawBody = Buffer.concat(chunks).toString('utf8')
  const type = request.headers['content-type'] ?? ''
  const form = type.startsWith('application/x-www-form-urlencoded')
  const body = form
    ? Object.fromEntries(new URLSearchParams(rawBody))
    : rawBody === ''
      ? {}
      : parseJson(rawBody, rawBody)
  const queryParams = Object.fromEntries(new URL(request.url ?? '/', publicUrl).searchParams)
  return { method: request.method ?? 'GET', headers: { ...request.headers }, queryParams, body, rawBody }
}

function answer(response: ServerResponse, { status = 200, body, headers = {} }: FlowResponse): void {
  if (response.headersSent) return
  const isText = typeof body === 'string'
  response.writeHead(status, {
    ...(isText ? {} : { 'content-type': 'application/json' }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
  })
  response.end(isText ? body : JSON.stringify(body ?? {}))
}
