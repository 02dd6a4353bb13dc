import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { BulkAct, RunChoice } from '@piecework/model/run/bulk-act'
import type { Logger } from 'pino'
import type { Access } from '../../../access/access.ts'
import type { ProjectActor } from '../../../access/actor.ts'
import type { Db } from '../../../database/open.ts'
import type { Events } from '../../../events/events.ts'
import { authorize } from '../../../policies/policy.ts'
import { runPolicy } from '../../../policies/run.ts'
import type { ActingOnRuns, RunAct } from '../acting.ts'
import {
  type BulkActRow,
  cancelAct,
  claimAct,
  countRunning,
  insertAct,
  noteBatch,
  noteFailure,
  releaseActs,
  selectAct,
  selectActs,
  selectProjectOfAct,
} from './store.ts'

/** Acts on all runs that match: they go on by themselves, survive the app that does them, and can be stopped. */
export interface BulkActs {
  /** @throws AppError VALIDATION when too many go on in the project */
  start(actor: ProjectActor, act: RunAct, filter: RunChoice): Promise<BulkAct>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<BulkAct>
  list(actor: ProjectActor): Promise<BulkAct[]>
  /** Stops it, and undoes nothing. One that is over stays as it is. @throws AppError ENTITY_NOT_FOUND */
  cancel(actor: ProjectActor, id: string): Promise<BulkAct>
  projectOf(id: string): Promise<string | undefined>
  /** Carries on the actions that other apps left. */
  startWork(): void
  /** Ends with the batches under way; others go on with the rest. */
  stopWork(): Promise<void>
}

interface Parts {
  db: Db
  owner: string
  runs: ActingOnRuns
  access: Pick<Access, 'asSystem'>
  events: Pick<Events, 'announce'>
  log: Logger
}

const KEPT_DAYS = 7
const LISTED = 20
const MAX_RUNNING_IN_PROJECT = 5
/** Acts that an app works at. */
const AT_ONCE = 2
/** The number of runs between two looks whether somebody stopped it; watchers hear of each batch. */
const BATCH: Record<RunAct['action'], number> = { RETRY: 50, CANCEL: 200, ARCHIVE: 200 }
/** A batch takes seconds at most. */
const LEASE_MS = 60_000
const LOOK_EVERY_MS = 10_000
const MAX_FAILURES = 5

const POLICY = { RETRY: runPolicy.retry, CANCEL: runPolicy.cancel, ARCHIVE: runPolicy.archive } as const

export function createBulkActs({ db, owner, runs, access, events, log }: Parts): BulkActs {
  const working = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let stopping = false

  const tell = (act: BulkAct | undefined): void => {
    if (act) events.announce('BULK_PROGRESSED', present(act))
  }

  /** @returns the act as it is then; undefined when it is not to go on here. */
  const batch = async (act: BulkActRow): Promise<BulkActRow | undefined> => {
    const { id, projectId, action, selection } = act
    // In the name of who began it.
    const actor = { ...(await access.asSystem('bulk acts', projectId)), userId: act.userId }
    const limit = BATCH[action]
    const doing = actOf(act)
    const ids = await runs.matching(actor, doing, selection, { after: act.lastRunId, before: id, limit })
    const done = await runs.actOn(actor, doing, ids, { id, created: new Date(act.created) })
    const noted = { lastRunId: ids.at(-1), done, skipped: ids.length - done, isLast: ids.length < limit }
    const after = await noteBatch(db, { id, owner }, { ...noted, leaseMs: LEASE_MS })
    tell(after)
    return after?.status === 'RUNNING' ? after : undefined
  }

  const work = async (claimed: BulkActRow): Promise<void> => {
    let act: BulkActRow | undefined = claimed
    try {
      while (act && !stopping) act = await batch(act)
    } catch (error) {
      log.warn({ err: error, bulkActId: claimed.id }, 'an act on many runs was interrupted; it is tried again')
      const message = error instanceof Error ? error.message : String(error)
      tell(await noteFailure(db, { id: claimed.id, owner }, { message, maxFailures: MAX_FAILURES }))
    }
  }

  /** Takes what nobody works at, as long as there is room. */
  const look = async (): Promise<void> => {
    while (!stopping && working.size < AT_ONCE) {
      const act = await claimAct(db, owner, LEASE_MS)
      if (!act) return
      const done: Promise<void> = work(act)
        .catch((err: unknown) => log.warn({ err }, 'the failure of an act on many runs could not be noted'))
        .finally(() => working.delete(done))
        .then(() => lookAround())
      working.add(done)
    }
  }

  const lookAround = (): void => {
    look().catch((err: unknown) => log.warn({ err }, 'acts on many runs could not be taken up; it is tried again'))
  }

  return {
    async start(actor, act, filter) {
      authorize(actor, POLICY[act.action])
      const { projectId, userId } = actor
      if ((await countRunning(db, projectId)) >= MAX_RUNNING_IN_PROJECT)
        throw new AppError('VALIDATION', {
          message: `${MAX_RUNNING_IN_PROJECT} acts on many runs go on in this project: wait for one to end, or cancel one`,
        })
      const begun = await insertAct(
        db,
        {
          id: newId(),
          ...{ projectId, userId, action: act.action, status: 'RUNNING' },
          strategy: act.action === 'RETRY' ? act.strategy : null,
          selection: JSON.stringify(filter),
          total: await runs.countMatching(actor, act, filter),
        },
        KEPT_DAYS,
      )
      tell(begun)
      lookAround()
      return begun
    },

    async get(actor, id) {
      authorize(actor, runPolicy.read)
      const act = await selectAct(db, actor.projectId, id)
      if (!act) throw notFound('bulk_act', id)
      return act
    },

    list(actor) {
      authorize(actor, runPolicy.read)
      return selectActs(db, actor.projectId, LISTED)
    },

    async cancel(actor, id) {
      authorize(actor, runPolicy.cancel)
      const canceled = await cancelAct(db, actor.projectId, id)
      tell(canceled)
      const act = canceled ?? (await selectAct(db, actor.projectId, id))
      if (!act) throw notFound('bulk_act', id)
      return act
    },

    projectOf: (id) => selectProjectOfAct(db, id),

    startWork() {
      timer = setInterval(lookAround, LOOK_EVERY_MS).unref()
      lookAround()
    },

    async stopWork() {
      stopping = true
      clearInterval(timer)
      await Promise.all(working)
      await releaseActs(db, owner)
    },
  }
}

function actOf({ action, strategy }: BulkActRow): RunAct {
  if (action !== 'RETRY') return { action }
  if (strategy === null) throw new Error('An act that retries says from where')
  return { action, strategy }
}

/** Without what is for the apps alone. */
function present(act: BulkAct): BulkAct {
  const { id, created, updated, projectId, userId, action, strategy, status, total, done, skipped, finished, message } =
    act
  return { id, created, updated, projectId, userId, action, strategy, status, total, done, skipped, finished, message }
}
