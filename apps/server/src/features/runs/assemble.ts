import type { Logger } from 'pino'
import type { Bus } from '../../bus/bus.ts'
import type { Availability } from '../../database/availability.ts'
import type { Db } from '../../database/open.ts'
import { type Delivery, LEASE_MS } from '../../delivery.ts'
import type { Events } from '../../events/events.ts'
import type { RunObserver } from '../../observability/observer.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Settings } from '../../settings.ts'
import type { Files } from '../files/service.ts'
import type { SampleData } from '../flows/sample-data.ts'
import { createVersionSource } from '../flows/version-source.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { createRunExecutor, type RunListener } from './executing/execute.ts'
import { createRunJobs } from './executing/jobs.ts'
import { createStoppedRunsHandler } from './executing/stopped-runs.ts'
import { createRunPayloads } from './payloads.ts'
import { readJournals } from './recording/journal-store.ts'
import { createRunRecorder } from './recording/recorder.ts'
import { createMissedReplies } from './replying/missed-replies.ts'
import { createRunReplies } from './replying/replies.ts'
import { createRunService } from './service.ts'
import { createRunLogs } from './showing/logs.ts'
import { createRunStarter } from './starting/start.ts'
import { createRunStore } from './store.ts'
import { createChildren } from './waitpoints/children.ts'
import { createWaitpointStore } from './waitpoints/store.ts'

interface Parts extends Delivery {
  db: Db
  availability: Availability
  bus: Bus
  settings: Settings
  events: Events
  outbox: Outbox
  sealKey(runId: string): string
  engineToken(projectId: string, platformId: string): Promise<string>
  files: Files
  catalogue: Pick<Catalogue, 'sourceOf'>
  sampleData: SampleData
  observer: RunObserver
  log: Logger
}

/** Everything about runs, put together: how they begin, go on, are recorded and are shown. */
export function assembleRuns(parts: Parts) {
  const { db, availability, bus, settings, events, outbox, sealKey, engineToken, files, sampleData, log } = parts
  const { owner, apps, placements, queue, dispatcher, relay, wake } = parts
  const recorder = createRunRecorder({
    ...{ db, availability, owner, leaseMs: LEASE_MS, storage: files.storage, outbox, log },
    onResumable: () => wake(),
  })
  const replies = createRunReplies(bus)
  const missed = createMissedReplies({ db, bus, replies, relay, log })
  const store = createRunStore(db)
  const waitpoints = createWaitpointStore(db)
  const versions = createVersionSource(db, parts.catalogue.sourceOf)
  const payloads = createRunPayloads(files, settings.webhookPayloadInlineThresholdKb)
  const logs = createRunLogs({
    async readMany(projectId, ids) {
      const read = await Promise.all(ids.map((id) => files.read({ projectId }, id)))
      return new Map(read.flatMap((file) => (file ? [[file.id, file.data] as const] : [])))
    },
  })
  const children = createChildren({
    db,
    waitpoints,
    runUrl: (projectId, runId) => `${settings.frontendUrl}/projects/${projectId}/runs/${runId}`,
  })
  const handleStoppedRuns = createStoppedRunsHandler({ children, payloads, wake: () => wake(), log })

  const finished: RunListener['finished'] = async (end) => {
    const { runId: id, projectId, outcome, attempt } = end
    const payloadFileId = outcome.keepsPayload ? null : attempt.payloadFileId
    await handleStoppedRuns([{ ...attempt.facts, id, projectId, status: outcome.status, payloadFileId }])
    await payloads.remove(projectId, attempt.resumeFileId).catch(() => {})
    await events.emit('RUN_FINISHED', end)
  }
  const executor = createRunExecutor({
    recorder,
    replies,
    observer: parts.observer,
    engineToken,
    sealKey,
    flowTimeoutMs: settings.flowTimeoutSeconds * 1000,
    memoryLimitKb: settings.sandboxMemoryLimitKb,
    readJournal: async (runId) => (await readJournals(db, [runId])).get(runId) ?? [],
    async redeliver(runId, { afterMs, uncounted }) {
      await recorder.flush()
      await queue.retryAt({ owner, id: runId, dueAt: new Date(parts.clock.now() + afterMs), uncounted })
      wake()
    },
    async lose(runId) {
      await recorder.flush()
      await queue.lose({ owner, id: runId })
      wake()
    },
    listener: { finished, progress: (attempt, said) => events.announce('RUN_PROGRESSED', { attempt, said }) },
    log,
  })
  const jobs = createRunJobs({
    ...{ db, runs: store, logs, queue, versions, recorder, executor, owner, waitpoints, handleStoppedRuns, replies },
    sampleData: async (run) => sampleData.outputs(run.projectId, (await versions.get(run.flowVersionId)).version),
    ...{ payloads, finished, log },
  })
  const starter = createRunStarter({
    ...{ recorder, dispatcher, executor, replies, placements, payloads, wake },
    alone: () => apps.alone,
    letOthersPass: store.letOthersPass,
  })

  const stopRuns = (ids: readonly string[]): void => {
    for (const id of ids) {
      dispatcher.cancel(id)
      replies.finished(id, 'CANCELED')
    }
  }
  bus.on('RUNS_CANCELED', ({ ids }) => stopRuns(ids))
  events.on('RUNS_CANCELED', async ({ runs }) => {
    const ids = runs.map(({ id }) => id)
    stopRuns(ids)
    bus.publish('RUNS_CANCELED', { ids })
    // Their payloads stay, so that they can be tried again.
    await handleStoppedRuns(runs.map((run) => ({ ...run, status: 'CANCELED', payloadFileId: null })))
  })

  const runs = createRunService({
    ...{
      db,
      events,
      outbox,
      runs: store,
      recorded: recorder.recorded,
      logs,
      starter,
      payloads,
      versions,
      sealKey,
      wake,
      log,
    },
    retentionDays: settings.executionDataRetentionDays,
  })

  return {
    runs,
    store,
    recorder,
    recorded: recorder.recorded,
    replies,
    missed,
    waitpoints,
    versions,
    payloads,
    starter,
    jobs,
    handleStoppedRuns,
    /** Does the work after pauses and ends of runs that a crash may have prevented. */
    settle: async (): Promise<number> => (await waitpoints.settlePauses()) + (await children.failParents()),
  }
}
