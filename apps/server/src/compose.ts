import { CHANNEL_PATH } from '@piecework/worker/channel/messages'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Tokens } from './access/tokens.ts'
import { openCore } from './core.ts'
import type { Db } from './database/open.ts'
import { createDelivery } from './delivery.ts'
import type { Events } from './events/events.ts'
import { createExecution, type Execution } from './execution.ts'
import { openConnections } from './features/app-connections/assemble.ts'
import { showDraftCalls } from './features/live/draft-calls.ts'
import { createLiveViews } from './features/live/views.ts'
import { registerRoutes, runStage } from './features/plugin.ts'
import { createFeatures } from './features/registry.ts'
import { traceWebhooks } from './features/webhooks/trace.ts'
import { docsRoutes } from './http/docs-routes.ts'
import { takeUpgrades } from './http/upgrades.ts'
import { observeAll } from './observability/observer.ts'
import { createRunLog } from './observability/run-log.ts'
import { createRunMetrics } from './observability/run-metrics.ts'
import { createOutboxDelivery } from './outbox/deliver.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Settings } from './settings.ts'
import { waitAtMost } from './time-limit.ts'

/** The time that requests with waiting callers, and runs, have to end when the server stops. */
const STOP_GRACE_MS = 20_000
/** The part of it in which requests have to be answered; runs have the rest. */
const ANSWER_GRACE_MS = 15_000

export interface Server {
  app: FastifyInstance
  db: Db
  tokens: Tokens
  events: Events
  outbox: Outbox
  execution: Execution
  /** Listens, and takes up the work that an earlier process left. @returns the port. */
  start(): Promise<number>
  /** Is no longer ready, and tells clients to turn elsewhere; serves on as before. */
  drain(): void
  /** Finishes what runs, and lets go of everything. */
  close(): Promise<void>
}

/**
 * Puts the server together; it does not listen yet.
 * @param options checksAnswers: see createHttpServer.
 * @throws KeyError, or StartError when the database does not open.
 */
export async function composeServer(settings: Settings, log: Logger, { checksAnswers = false } = {}): Promise<Server> {
  const core = await openCore(settings, log, checksAnswers)
  const { app, closing, bus, tracing } = core
  const runMetrics = createRunMetrics()
  const views = createLiveViews(bus)
  const delivery = createDelivery(core)
  const opened = openConnections(core)
  const execution = createExecution({
    ...core,
    ...delivery,
    ...opened,
    sealKey: core.encryption.keyOfRun,
    observer: observeAll([runMetrics, createRunLog(log), ...(tracing ? [tracing] : []), views.runs]),
    watchWebhooks: (starter) => showDraftCalls(views.hub, tracing ? traceWebhooks(tracing, starter) : starter),
  })
  let ready = false
  const plugins = createFeatures({
    ...core,
    ...delivery,
    ...opened,
    ...execution,
    views,
    runMetrics,
    isReady: () => ready,
  })
  const subscribers = plugins.flatMap((plugin) => plugin.subscribers ?? [])
  core.outbox.subscribe(subscribers)
  const outgoing = createOutboxDelivery({ ...core, subscribers, alone: delivery.embedded })
  await registerRoutes(app, plugins)
  await docsRoutes(app, { release: core.release })

  const start = async (): Promise<number> => {
    const upgrades = plugins.map((plugin) => plugin.upgrades ?? {})
    takeUpgrades(app.server, Object.assign({ [CHANNEL_PATH]: execution.takeWorker }, ...upgrades), log)
    await app.listen({ port: settings.port, host: settings.host })
    const port = portOf(app)
    await runStage('prepare', plugins)
    await execution.start(port)
    await runStage('start', plugins)
    await outgoing.start()
    ready = true
    return port
  }

  let started: Promise<number> | undefined
  return {
    ...{ app, db: core.db, tokens: core.tokens, events: core.events, outbox: core.outbox, execution },
    start() {
      started = start()
      return started
    },
    drain() {
      ready = false
      closing.drain()
    },
    async close() {
      ready = false
      // Asked to stop while it starts, it starts first: half of it could not be stopped cleanly.
      await started?.catch(() => {})
      await runStage('stop', plugins)
      const stopBy = Date.now() + STOP_GRACE_MS
      const closed = closing.close(ANSWER_GRACE_MS, async () => {
        await runStage('settle', plugins)
        await execution.stop(Math.max(0, stopBy - Date.now()))
      })
      await Promise.all([closed, waitAtMost(execution.retire(), STOP_GRACE_MS)])
      await tracing?.close().catch((err: unknown) => log.warn({ err }, 'the last traces could not be sent'))
      await outgoing.stop()
      await bus.close()
      await core.closeDatabase()
    },
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  if (!address || typeof address === 'string') throw new Error('The server does not listen yet')
  return address.port
}
