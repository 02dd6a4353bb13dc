// Longer than most files: everything that receives events and runs flows is put together here, in one function.
import type { Logger } from 'pino'
import type { Bus } from './bus/bus.ts'
import type { Availability } from './database/availability.ts'
import type { Db } from './database/open.ts'
import { vacuumWhereDue } from './database/vacuum.ts'
import { createApps } from './dispatch/apps.ts'
import { coalesce } from './dispatch/coalesce.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import { createInteractive, type Interactive } from './dispatch/operations.ts'
import { createPlacements } from './dispatch/placements.ts'
import { createOperationRelay } from './dispatch/relay.ts'
import type { JobHandler } from './dispatch/work.ts'
import type { Files } from './features/files/service.ts'
import { loadPieceArchive } from './features/pieces/archive-file.ts'
import type { Catalogue } from './features/pieces/catalogue.ts'
import { createAftermath } from './features/runs/aftermath.ts'
import { createRunExecutor, type RunListener } from './features/runs/execute.ts'
import { createRunJobs } from './features/runs/jobs.ts'
import { readJournals } from './features/runs/journal.ts'
import { createRunLogs } from './features/runs/logs.ts'
import { createMissedReplies } from './features/runs/missed-replies.ts'
import { createRunPayloads } from './features/runs/payloads.ts'
import { createRunRecorder } from './features/runs/recorder.ts'
import { createRunReplies } from './features/runs/replies.ts'
import { createRunService } from './features/runs/service.ts'
import { createRunStarter, type RunStarter } from './features/runs/start.ts'
import { createRunStore } from './features/runs/store.ts'
import { createVersionSource } from './features/runs/versions.ts'
import { createSampleData } from './features/sample-data/service.ts'
import { createTriggers } from './features/triggers/assemble.ts'
import { createUpkeep } from './features/upkeep/service.ts'
import { createChildren } from './features/waitpoints/children.ts'
import { createWaitpointStore } from './features/waitpoints/store.ts'
import { createFlowEntries } from './features/webhooks/flow-entries.ts'
import { createWebhookService } from './features/webhooks/service.ts'
import { createWorkerMachines } from './features/worker-machines/store.ts'
import { cachedEngineTokens } from './http/engine-tokens.ts'
import type { Tokens } from './http/tokens.ts'
import type { RunObserver } from './observability/observer.ts'
import type { QueueOptions } from './queue/job.ts'
import type { Announcement, Queue } from './queue/queue.ts'
import type { Settings } from './settings.ts'
import { stopExecution } from './stop-execution.ts'
import { createWorkers } from './workers.ts'

/** How long a job is held without a sign of life before somebody else may take it. */
const LEASE_MS = 30_000
/** Other apps hear of new jobs at most this often. */
const TELL_OTHERS_MS = 10

export interface ExecutionParts {
  db: Db
  availability: Availability
  bus: Bus
  settings: Settings
  tokens: Tokens
  /** The key with which outputs of a run that hold secrets are sealed. */
  sealKey(runId: string): string
  files: Files
  catalogue: Catalogue
  log: Logger
  /** Watches every attempt at a run, for metrics and traces. */
  observer: RunObserver
  /** Wraps what webhooks start runs with. */
  watchWebhooks(starter: RunStarter): RunStarter
  makeQueue(options: QueueOptions): Queue
  /** Takes a flow that cannot go on out of service. */
  disableFlow(projectId: string, flowId: string): Promise<void>
  /** Takes the trigger of an enabled flow into service anew. */
  restoreFlow(projectId: string, flowId: string): Promise<void>
  /** Is told what steps say of themselves while they run. */
  onProgress: RunListener['progress']
  /** Runs of a project were ended from outside. */
  onCanceled(projectId: string, ids: readonly string[]): void
  /** The port that the server listens on, once it does. */
  port(): number
}

/** Everything that receives events and runs flows, put together. */
export type Execution = ReturnType<typeof createExecution>

export function createExecution(parts: ExecutionParts) {
  const { db, bus, settings, tokens, files, catalogue, makeQueue, disableFlow, log, port } = parts
  const composedAt = new Date()
  const owner = bus.appId
  const embedded = settings.dbType === 'PGLITE'
  const defaultLimit = settings.projectRateLimiterEnabled ? settings.defaultConcurrentJobsLimit : null
  const apps = createApps({ db, bus, embedded })
  const placements = createPlacements(db, defaultLimit)
  const queue = makeQueue({ shared: !embedded, defaultLimit, groupOf: async (id) => (await placements.of(id)).group })
  const recorder = createRunRecorder({
    db,
    availability: parts.availability,
    owner,
    leaseMs: LEASE_MS,
    storage: files.storage,
    onResumable: () => wake(),
    log,
  })
  const replies = createRunReplies(bus)
  const store = createRunStore(db)
  const waitpoints = createWaitpointStore(db)
  const entries = createFlowEntries(db)
  const versions = createVersionSource(db, catalogue.sourceOf)
  const engineToken = cachedEngineTokens(tokens)
  const publicApiUrl = `${settings.frontendUrl}/api/`

  const tellOthers = coalesce(() => bus.publish('JOBS_ADDED', {}), TELL_OTHERS_MS)

  /** Jobs were stored: a free slot here takes them, else one elsewhere. */
  const wake = (jobs?: Announcement): void => {
    queue.announce(jobs)
    dispatcher.wake()
    if (!embedded && !dispatcher.hasRoom) tellOthers()
  }

  const logs = createRunLogs({
    async readMany(projectId, ids) {
      const read = await Promise.all(ids.map((id) => files.read({ projectId }, id)))
      return new Map(read.flatMap((file) => (file ? [[file.id, file.data] as const] : [])))
    },
  })

  const payloads = createRunPayloads(files, settings.webhookPayloadInlineThresholdKb)

  const sampleData = createSampleData({ files })
  /** Who else wants to know of every run that ends. */
  const finishListeners: RunListener['finished'][] = []

  const children = createChildren({
    db,
    waitpoints,
    runUrl: (projectId, runId) => `${settings.frontendUrl}/projects/${projectId}/runs/${runId}`,
  })
  const aftermath = createAftermath({ children, payloads, wake: () => wake(), log })

  /** What a crash may have left undone behind pauses and ends of runs. */
  const settle = async (): Promise<number> => (await waitpoints.settlePauses()) + (await children.failParents())

  const upkeep = createUpkeep({
    db,
    storage: files.storage,
    retentionDays: settings.executionDataRetentionDays,
    pausedDays: settings.pausedFlowTimeoutDays,
    quietMs: LEASE_MS * 4,
    settle,
    onEnded: aftermath,
    reconcileTriggers: (...range) => reconcile(...range),
    // A database server has autovacuum.
    tidyDatabase: async () => (embedded ? vacuumWhereDue(db) : undefined),
    wake: () => wake(),
    log,
  })

  const finished: RunListener['finished'] = async (end) => {
    const { runId: id, projectId, outcome, attempt } = end
    const payloadFileId = outcome.keepsPayload ? null : attempt.payloadFileId
    await aftermath([{ ...attempt.facts, id, projectId, status: outcome.status, payloadFileId }])
    await payloads.remove(projectId, attempt.resumeFileId).catch(() => {})
    for (const tell of finishListeners) await tell(end)
  }

  const executor = createRunExecutor({
    recorder,
    replies,
    observer: parts.observer,
    engineToken,
    sealKey: parts.sealKey,
    flowTimeoutMs: settings.flowTimeoutSeconds * 1000,
    memoryLimitKb: settings.sandboxMemoryLimitKb,
    readJournal: async (runId) => (await readJournals(db, [runId])).get(runId) ?? [],
    async redeliver(runId, afterMs) {
      await recorder.flush()
      // Work that a worker could not begin says nothing against the run.
      await queue.retryAt({ owner, id: runId, dueAt: new Date(Date.now() + afterMs), uncounted: afterMs > 0 })
      wake()
    },
    listener: { finished, progress: parts.onProgress },
    log,
  })

  const runJobs = createRunJobs({
    db,
    runs: store,
    logs,
    queue,
    versions,
    recorder,
    executor,
    owner,
    waitpoints,
    aftermath,
    replies,
    sampleData: async (run) => sampleData.outputs(run.projectId, (await versions.get(run.flowVersionId)).version),
    payloads,
    finished,
    log,
  })

  /** The flow has changed: what is remembered of it is forgotten, here and elsewhere. */
  const flowChanged = (flowId: string): void => {
    entries.forget(flowId)
    bus.publish('FLOW_CHANGED', { flowId })
  }

  const forgetPieces = (): void => {
    catalogue.forget()
    versions.clear()
  }

  const stopRuns = (ids: readonly string[]): void => {
    for (const id of ids) {
      dispatcher.cancel(id)
      replies.finished(id, 'CANCELED')
    }
  }

  bus.on('FLOW_CHANGED', ({ flowId }) => entries.forget(flowId))
  bus.on('PIECES_CHANGED', forgetPieces)
  bus.on('LIMITS_CHANGED', placements.forget)
  bus.on('JOBS_ADDED', () => dispatcher.wake())
  bus.on('RUNS_CANCELED', ({ ids }) => stopRuns(ids))
  bus.onGap(() => {
    entries.forgetAll()
    forgetPieces()
    placements.forget()
    dispatcher.wake()
    missed.look()
  })

  const none: JobHandler = async (jobs) => {
    await queue.remove({ ids: jobs.map((job) => job.id) })
    return jobs.map(() => null)
  }

  const { hooks, samples, triggers, events, ticks, appEvents, reconcile } = createTriggers({
    db,
    queue,
    owner,
    files,
    payloads,
    settings,
    catalogue,
    versions,
    entries,
    engineToken,
    publicApiUrl,
    wake,
    starter: () => starter,
    interactive: (request) => interactive(request),
    flowChanged,
    disableFlow,
    restoreFlow: parts.restoreFlow,
    log,
  })
  const relay = createOperationRelay({ db, queue, owner, bus, wake, log })
  const missed = createMissedReplies({ db, bus, replies, relay, log })
  const handlers = {
    RUN: runJobs,
    OPERATION: relay.handler,
    TRIGGER_EVENT: events.handler,
    POLL: ticks,
    RENEW: ticks,
    SYSTEM: none,
  }
  const dispatcher = createDispatcher({
    queue,
    owner,
    leaseMs: LEASE_MS,
    handlers,
    others: () => !apps.alone,
    log,
  })
  const interactive: Interactive = createInteractive(dispatcher, placements, relay.ask)
  const starter: RunStarter = createRunStarter({
    recorder,
    dispatcher,
    executor,
    replies,
    placements,
    payloads,
    alone: () => apps.alone,
    letOthersPass: store.letOthersPass,
    wake,
  })

  const webhooks = createWebhookService({
    entries,
    versions,
    starter: parts.watchWebhooks(starter),
    events,
    parentOf: store.parentOf,
    timeoutMs: settings.webhookTimeoutSeconds * 1000,
  })

  const runs = createRunService({
    db,
    runs: store,
    recorded: recorder.recorded,
    logs,
    starter,
    payloads,
    versions,
    sealKey: parts.sealKey,
    wake,
    async onCanceled(projectId, canceled) {
      const ids = canceled.map(({ id }) => id)
      stopRuns(ids)
      bus.publish('RUNS_CANCELED', { ids })
      parts.onCanceled(projectId, ids)
      // Their payloads stay, so that they can be tried again.
      await aftermath(canceled.map((run) => ({ ...run, status: 'CANCELED', payloadFileId: null })))
    },
    publishedVersionOf: async (projectId, flowId) => {
      const flow = await db
        .selectFrom('flow')
        .select('publishedVersionId')
        .where('id', '=', flowId)
        .where('projectId', '=', projectId)
        .executeTakeFirst()
      return flow?.publishedVersionId ?? undefined
    },
    retentionDays: settings.executionDataRetentionDays,
    log,
  })

  const machines = createWorkerMachines(db)
  const workers = createWorkers({
    bus,
    settings,
    tokens,
    dispatcher,
    source: { loadVersion: versions.byKey, loadArchive: (fileId) => loadPieceArchive(db, files, fileId) },
    machines,
    port,
    log,
  })

  return {
    appId: owner,
    runs,
    store,
    replies,
    recorded: recorder.recorded,
    upkeep,
    waitpoints,
    payloads,
    webhooks,
    triggers,
    samples,
    appEvents,
    hooks,
    events,
    entries,
    versions,
    dispatcher,
    interactive,
    queue,
    publicApiUrl,
    engineToken,
    starter,
    sampleData,
    onRunFinished(listener: RunListener['finished']): void {
      finishListeners.push(listener)
    },
    wake,
    machines,
    /** Separate workers connect to this server. */
    takeWorker: workers.upgrade,
    flowChanged,
    /** Pieces were installed, removed or built anew: versions are looked at again. */
    piecesChanged(): void {
      forgetPieces()
      bus.publish('PIECES_CHANGED', {})
    },
    /** The limit of a project has changed. */
    limitsChanged(): void {
      placements.forget()
      bus.publish('LIMITS_CHANGED', {})
      wake()
    },
    /** Takes up the work that an earlier process left, and begins to run. */
    async start(): Promise<void> {
      await apps.start()
      // Nobody else can hold a job of an embedded database.
      if (embedded) await queue.releaseAll()
      await settle()
      // Of an embedded database nobody else can be in the middle of a change.
      upkeep.start(embedded ? composedAt : undefined)
      dispatcher.start()
      workers.start()
      // An embedded database has no other apps.
      if (!embedded) missed.start()
    },
    /**
     * The server is about to stop: what has not begun is refused or given to others at once, so that it waits for
     * nothing here. What runs goes on, and so do callers whose runs others may carry out.
     */
    async retire(): Promise<void> {
      await dispatcher.retire()
      if (apps.alone) replies.dismiss((id) => !dispatcher.isActive(id))
      else bus.publish('JOBS_ADDED', {})
    },
    /** Lets what runs come to its end for a while; the rest is taken up at the next start. */
    async stop(graceMs: number): Promise<void> {
      await stopExecution(
        { upkeep, dispatcher, workers, recorder, queue, apps, bus, replies, relay, starter, missed },
        graceMs,
      )
    },
  }
}
