import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { JobHandler, WorkerLink } from '../../dispatch/dispatcher.ts'
import { jobItem, runOperation } from '../../dispatch/operations.ts'
import { type ClaimedJob, PRIORITY } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import { derivedId } from '../runs/derived-id.ts'
import { newRun } from '../runs/new-run.ts'
import type { RunStarter } from '../runs/start.ts'
import type { VersionSource } from '../runs/versions.ts'
import { hookOperation, hookResult } from './hooks.ts'
import { nextTick } from './schedule.ts'

interface Parts {
  db: Db
  queue: Queue
  owner: string
  versions: VersionSource
  starter(): RunStarter
  hooks: Parameters<typeof hookOperation>[0]
  log: Logger
}

const TickData = z.object({ sourceId: z.string() })

/**
 * Handles POLL jobs: asks the trigger of a schedule or a polled app for its events, then waits for the next tick
 * on the same row. After a downtime there is one tick for all that were missed.
 */
export function createTicks(parts: Parts): JobHandler {
  const { db, queue, log } = parts

  const sourceOf = async (job: ClaimedJob) => {
    const { sourceId } = TickData.parse(JSON.parse(job.data ?? ''))
    return db
      .selectFrom('trigger_source as s')
      .innerJoin('project as p', 'p.id', 's.projectId')
      .selectAll('s')
      .select('p.platformId as platformId')
      .where('s.id', '=', sourceId)
      .where('s.deleted', 'is', null)
      .executeTakeFirst()
  }

  const poll = async (
    job: ClaimedJob,
    source: NonNullable<Awaited<ReturnType<typeof sourceOf>>>,
    due: Date,
    link: WorkerLink,
  ) => {
    const { flowId, projectId, platformId } = source
    const owner = { flowId, projectId, platformId }
    const version = await parts.versions.get(source.flowVersionId)
    const request = await hookOperation(parts.hooks, { hook: 'RUN', owner, version })
    const result = hookResult(await runOperation(link, request), owner)
    for (const [index, payload] of (result.output ?? []).entries()) {
      const run = newRun({
        id: derivedId(due, job.id, index),
        projectId,
        flowId,
        flowVersionId: source.flowVersionId,
        payload,
        priority: PRIORITY.medium,
      })
      await parts.starter().enqueue(run)
    }
  }

  const tick = async (job: ClaimedJob, link: WorkerLink): Promise<void> => {
    const source = await sourceOf(job)
    if (!source?.schedule) {
      await queue.complete({ owner: parts.owner, id: job.id })
      return
    }
    const row = await db.selectFrom('job').select('dueAt').where('id', '=', job.id).executeTakeFirst()
    try {
      await poll(job, source, new Date(row?.dueAt ?? 0), link)
    } catch (error) {
      // The next tick asks again; what came meanwhile is still there.
      log.warn({ err: error, flowId: source.flowId }, 'polling a trigger failed')
    }
    await queue.retryAt({ owner: parts.owner, id: job.id, dueAt: nextTick(source.schedule, new Date()) })
  }

  return async (jobs) =>
    jobs.map((job) =>
      jobItem(job, (link) =>
        tick(job, link).catch((error) => log.error({ err: error, jobId: job.id }, 'a tick could not be finished')),
      ),
    )
}
