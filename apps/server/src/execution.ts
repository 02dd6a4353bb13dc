import type { WorkerSource } from '@piecework/worker/task'
import type { Logger } from 'pino'
import type { Access } from './access/access.ts'
import { cachedEngineTokens } from './access/engine-tokens.ts'
import type { Tokens } from './access/tokens.ts'
import type { Bus } from './bus/bus.ts'
import type { Availability } from './database/availability.ts'
import type { Db } from './database/open.ts'
import { vacuumWhereDue } from './database/vacuum.ts'
import { type Delivery, LEASE_MS } from './delivery.ts'
import type { Events } from './events/events.ts'
import type { Files } from './features/files/service.ts'
import { createFlowEntries } from './features/flows/entries.ts'
import { createSampleData } from './features/flows/sample-data.ts'
import { loadPieceArchive } from './features/pieces/archive-file.ts'
import type { Catalogue } from './features/pieces/catalogue.ts'
import { assembleRuns } from './features/runs/assemble.ts'
import type { RunStarter } from './features/runs/starting/start.ts'
import { createTriggers } from './features/triggers/assemble.ts'
import { createUpkeep } from './features/upkeep/service.ts'
import { createWebhookService } from './features/webhooks/service.ts'
import { keepMachineNews } from './features/worker-machines/store.ts'
import { forgetOnChange } from './forget-on-change.ts'
import type { RunObserver } from './observability/observer.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Settings } from './settings.ts'
import { retireExecution, stopExecution } from './stop-execution.ts'
import { createWorkers } from './workers.ts'

export interface ExecutionParts extends Delivery {
  db: Db
  availability: Availability
  bus: Bus
  access: Access
  settings: Settings
  tokens: Tokens
  events: Events
  outbox: Outbox
  /** The key with which outputs of a run that hold secrets are sealed. */
  sealKey(runId: string): string
  files: Files
  catalogue: Catalogue
  log: Logger
  /** Gives a run the value of a connection of its project. */
  lendConnection: WorkerSource['loadConnection']
  /** Watches every attempt at a run, for metrics and traces. */
  observer: RunObserver
  /** Wraps what webhooks start runs with. */
  watchWebhooks(starter: RunStarter): RunStarter
}

/** Everything that receives events and runs flows, put together. */
export type Execution = ReturnType<typeof createExecution>

export function createExecution(parts: ExecutionParts) {
  const { db, bus, access, settings, files, catalogue, events, log } = parts
  const { owner, embedded, apps, queue, dispatcher, handlers, relay, interactive, wake } = parts
  const composedAt = new Date()
  const engineToken = cachedEngineTokens(parts.tokens)
  const publicApiUrl = `${settings.frontendUrl}/api/`
  const entries = createFlowEntries(db)
  const sampleData = createSampleData({ files })
  const runs = assembleRuns({ ...parts, engineToken, sampleData })
  const {
    jobs: triggerJobs,
    events: triggerEvents,
    reconcile,
    ...triggers
  } = createTriggers({
    ...{ ...parts, ...runs, entries, engineToken, publicApiUrl, interactive },
    domain: events,
  })
  handlers.add({ RUN: runs.jobs, ...triggerJobs })

  const webhooks = createWebhookService({
    entries,
    versions: runs.versions,
    starter: parts.watchWebhooks(runs.starter),
    events: triggerEvents,
    parentOf: runs.store.parentOf,
    timeoutMs: settings.webhookTimeoutSeconds * 1000,
  })
  const upkeep = createUpkeep({
    db,
    outbox: parts.outbox,
    storage: files.storage,
    retentionDays: settings.executionDataRetentionDays,
    pausedDays: settings.pausedFlowTimeoutDays,
    quietMs: LEASE_MS * 4,
    settle: runs.settle,
    onEnded: runs.handleStoppedRuns,
    reconcileTriggers: reconcile,
    // A database server has autovacuum.
    tidyDatabase: async () => (embedded ? vacuumWhereDue(db) : undefined),
    wake,
    clock: { now: parts.clock.now, running: () => performance.now() },
    log,
  })
  const machines = keepMachineNews(db)
  const workers = createWorkers({
    ...{ bus, settings, tokens: parts.tokens, dispatcher, machines, log },
    source: {
      loadVersion: runs.versions.byKey,
      loadArchive: (fileId) => loadPieceArchive(db, files, fileId),
      loadConnection: parts.lendConnection,
    },
  })

  forgetOnChange({ bus, access, events, entries, catalogue, versions: runs.versions, workers })
  bus.onGap(() => runs.missed.look())

  return {
    ...{ owner, queue, dispatcher, interactive, wake },
    ...runs,
    ...triggers,
    triggerEvents,
    upkeep,
    webhooks,
    entries,
    publicApiUrl,
    engineToken,
    sampleData,
    /** Separate workers connect to this server. */
    takeWorker: workers.upgrade,
    /**
     * Takes up the work that an earlier process left, and begins to run.
     * @param port on which the server listens
     */
    async start(port: number): Promise<void> {
      await apps.start()
      // Nobody else can hold a job of an embedded database.
      if (embedded) await queue.releaseAll()
      await runs.settle()
      // No other process uses an embedded database, so that nobody can be in the middle of a change.
      upkeep.start(embedded ? composedAt : undefined)
      dispatcher.start()
      workers.start(port)
      // An embedded database has no other apps.
      if (!embedded) runs.missed.start()
    },
    /** The server is about to stop: what has not begun waits for nothing here. */
    retire: (): Promise<void> => retireExecution({ dispatcher, apps, bus, replies: runs.replies }),
    /** Lets what runs come to its end for a while; the rest is taken up at the next start. */
    stop: (graceMs: number): Promise<void> =>
      stopExecution({ ...runs, upkeep, dispatcher, workers, queue, apps, bus, relay }, graceMs),
  }
}
