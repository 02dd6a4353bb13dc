// The entry `baseAdapter` of the package has the type alone.
import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js'
import type { JobCounts, JobStatus, QueueJob, QueueJobJson, QueueMetrics, Status } from '@bull-board/api/typings/app'
import type { Db } from '../../database/open.ts'
import { queueName } from '../../queue/queue.ts'
import {
  BOARD_STATES,
  type BoardJob,
  type BoardState,
  countBoardJobs,
  selectBoardJob,
  selectBoardJobs,
} from './store.ts'

const MAX_PAGE = 500

/** The names that the page shows, by kind of job. */
const JOB_TYPES: Readonly<Record<string, string>> = {
  RUN: 'EXECUTE_FLOW',
  TRIGGER_EVENT: 'EXECUTE_WEBHOOK',
  OPERATION: 'EXECUTE_TRIGGER_HOOK',
  POLL: 'EXECUTE_POLLING',
  RENEW: 'RENEW_WEBHOOK',
}

/**
 * Shows the rows of the queue, which are the truth with and without Redis. It only reads: what should happen to a run
 * is decided through the API, which knows the rules.
 */
export class RowsAdapter extends BaseAdapter {
  readonly #db: Db

  constructor(db: Db) {
    super('bullmq', { readOnlyMode: true, allowRetries: false, description: 'All jobs of this installation' })
    this.#db = db
  }

  getName(): string {
    return queueName(null)
  }

  async getJobs(statuses: JobStatus[], start = 0, end = MAX_PAGE - 1): Promise<QueueJob[]> {
    const states = BOARD_STATES.filter((state) => statuses.includes(state))
    const offset = Math.max(0, start)
    const limit = Math.min(MAX_PAGE, Math.max(0, end - offset + 1))
    return (await selectBoardJobs(this.#db, states, { offset, limit })).map(queueJob)
  }

  async getJob(id: string): Promise<QueueJob | undefined> {
    const job = await selectBoardJob(this.#db, id)
    return job && queueJob(job)
  }

  async getJobCounts(): Promise<JobCounts> {
    const counts = await countBoardJobs(this.#db)
    return { ...counts, completed: 0, paused: 0, prioritized: 0, 'waiting-children': 0 }
  }

  getStatuses(): Status[] {
    return ['latest', ...BOARD_STATES]
  }

  getJobStatuses(): JobStatus[] {
    return [...BOARD_STATES]
  }

  getJobLogs = async (): Promise<string[]> => []
  getMetrics = async (): Promise<QueueMetrics> => ({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 })
  getRedisInfo = async (): Promise<null> => null
  isPaused = async (): Promise<boolean> => false
  getJobSchedulers = async (): Promise<[]> => []
  getJobSchedulersCount = async (): Promise<number> => 0
  getGlobalConcurrency = async (): Promise<null> => null

  addJob = (): Promise<QueueJob> => readOnly()
  clean = (): Promise<void> => readOnly()
  pause = (): Promise<void> => readOnly()
  resume = (): Promise<void> => readOnly()
  empty = (): Promise<void> => readOnly()
  obliterate = (): Promise<void> => readOnly()
  promoteAll = (): Promise<void> => readOnly()
  removeJobScheduler = (): Promise<boolean> => readOnly()
  updateJobScheduler = (): Promise<'not-found'> => readOnly()
  runJobSchedulerNow = (): Promise<'not-found'> => readOnly()
  setGlobalConcurrency = (): Promise<void> => readOnly()
}

async function readOnly(): Promise<never> {
  throw new Error('The dashboard shows the queue and does not change it: use the API')
}

function queueJob(job: BoardJob): QueueJob {
  return {
    opts: job.state === 'delayed' ? { delay: job.dueAt - job.created } : {},
    toJSON: () => toJson(job),
    getState: async (): Promise<BoardState> => job.state,
    promote: readOnly,
    remove: readOnly,
    retry: readOnly,
  }
}

/** Without the data of the job: it may hold what a caller has sent. */
function toJson(job: BoardJob): QueueJobJson {
  const { id, projectId, flowId, dueAt, owner, reason } = job
  const jobType = job.kind === 'RUN' && job.state === 'delayed' ? 'DELAYED_FLOW' : (JOB_TYPES[job.kind] ?? job.kind)
  return {
    id,
    name: jobType,
    progress: 0,
    attemptsMade: job.attempt,
    timestamp: job.created,
    processedOn: job.startedAt,
    finishedOn: job.finishedAt,
    processedBy: owner,
    priority: job.priority,
    ...(job.state === 'delayed' ? { delay: dueAt - job.created } : {}),
    failedReason: reason ?? '',
    stacktrace: null,
    data: { jobType, projectId, flowId, dueAt: new Date(dueAt).toISOString() },
    returnvalue: null,
    opts: {},
  }
}
