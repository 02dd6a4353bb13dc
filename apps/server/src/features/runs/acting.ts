import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { RunChoice } from '@piecework/model/run/bulk-act'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { FlowRunStatus, type RetryStrategy } from '@piecework/model/run/status'
import type { ProjectActor } from '../../access/actor.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { runPolicy } from '../../policies/run.ts'
import { recordRunEvents } from './run-events-store.ts'
import { cancelRuns, type RunStore } from './store.ts'

/** An action on many runs. */
export type RunAct = { action: 'RETRY'; strategy: RetryStrategy } | { action: 'CANCEL' } | { action: 'ARCHIVE' }

/** For what is done again when it is interrupted: the runs that it starts are the same ones then. */
export interface Once {
  id: string
  created: Date
}

/** Carries out actions on many runs. */
export interface ActingOnRuns {
  /** Runs that match an act, oldest first, from behind one run and before another. */
  matching(
    actor: ProjectActor,
    act: RunAct,
    filter: RunChoice,
    page: { after: string; before: string; limit: number },
  ): Promise<string[]>
  countMatching(actor: ProjectActor, act: RunAct, filter: RunChoice): Promise<number>
  /** @returns to how many of the runs it was done; the others are not as it needs them. */
  actOn(actor: ProjectActor, act: RunAct, ids: readonly string[], once?: Once): Promise<number>
  /** Retries every run that matches and can be retried. @returns how many. */
  retryAll(actor: ProjectActor, filter: RunChoice, strategy: RetryStrategy): Promise<number>
  /** @returns how many runs that matched were ended. */
  cancelAll(actor: ProjectActor, filter: RunChoice): Promise<number>
  archiveAll(actor: ProjectActor, filter: RunChoice): Promise<number>
}

interface Parts {
  runs: RunStore
  outbox: Outbox
  /** Resolves when what has happened so far can be read. */
  recorded(): Promise<void>
  /** @throws AppError when it cannot be retried */
  retry(actor: ProjectActor, id: string, strategy: RetryStrategy, once: Once | undefined): Promise<void>
  events: Pick<Events, 'emit'>
  log: { warn(details: object, message: string): void }
}

/** Runs that a call for all of them takes from the database at a time. */
const BATCH = 1000
/** Runs that are retried at the same time: they share commits. */
const RETRIES_AT_ONCE = 16

const LIVE = FlowRunStatus.options.filter((status) => !isTerminal(status))
const TERMINAL = FlowRunStatus.options.filter((status) => isTerminal(status))
const RETRIED_BY_DEFAULT = TERMINAL.filter((status) => status !== 'SUCCEEDED')

const POLICY = { RETRY: runPolicy.retry, CANCEL: runPolicy.cancel, ARCHIVE: runPolicy.archive } as const

export function createActing({ runs, outbox, recorded, retry, events, log }: Parts): ActingOnRuns {
  const retryEach = async (
    actor: ProjectActor,
    ids: readonly string[],
    strategy: RetryStrategy,
    once: Once | undefined,
  ): Promise<number> => {
    const retryOne = async (id: string): Promise<boolean> => {
      try {
        await retry(actor, id, strategy, once)
        return true
      } catch (error) {
        if (!(error instanceof AppError) || error.statusCode >= 500) throw error
        log.warn({ runId: id, code: error.code }, 'a run of a bulk retry was left out')
        return false
      }
    }
    let retried = 0
    for (let from = 0; from < ids.length; from += RETRIES_AT_ONCE) {
      const done = await Promise.all(ids.slice(from, from + RETRIES_AT_ONCE).map(retryOne))
      retried += done.filter(Boolean).length
    }
    return retried
  }

  const cancelEach = async (actor: ProjectActor, ids: readonly string[]): Promise<number> => {
    const { projectId } = actor
    const canceled = await outbox.transaction(async (trx, recordEvent) => {
      const ended = await cancelRuns(trx, projectId, ids)
      const endedIds = ended.map(({ id }) => id)
      await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.finished', endedIds, actor)
      return ended
    })
    if (canceled.length > 0)
      await events
        .emit('RUNS_CANCELED', { projectId, runs: canceled })
        .catch((err: unknown) => log.warn({ err }, 'a listener failed after runs were canceled'))
    const chosen = new Set(ids)
    return canceled.filter(({ id }) => chosen.has(id)).length
  }

  const actOn: ActingOnRuns['actOn'] = async (actor, act, ids, once) => {
    authorize(actor, POLICY[act.action])
    const { projectId } = actor
    if (ids.length === 0) return 0
    if (act.action === 'RETRY') return retryEach(actor, ids, act.strategy, once)
    if (act.action === 'CANCEL') return cancelEach(actor, ids)
    return runs.archive({ projectId, flowRunIds: [...ids], includeTests: true })
  }

  const matching: ActingOnRuns['matching'] = async (actor, act, filter, { after, before, limit }) => {
    authorize(actor, POLICY[act.action])
    await recorded()
    const ids = await runs.ids({ ...filterFor(act, filter), projectId: actor.projectId }, { limit, after })
    return ids.filter((id) => id < before)
  }

  /** All that match, oldest first; those that come in meanwhile are left alone. */
  const actOnAll = async (actor: ProjectActor, act: RunAct, filter: RunChoice): Promise<number> => {
    const before = newId()
    let done = 0
    for (let after = ''; ; ) {
      const ids = await matching(actor, act, filter, { after, before, limit: BATCH })
      done += await actOn(actor, act, ids)
      if (ids.length < BATCH) return done
      after = ids.at(-1) ?? ''
    }
  }

  return {
    matching,
    actOn,
    async countMatching(actor, act, filter) {
      authorize(actor, POLICY[act.action])
      await recorded()
      const counts = await runs.countByStatus({ ...filterFor(act, filter), projectId: actor.projectId })
      return counts.reduce((sum, { count }) => sum + count, 0)
    },
    retryAll: (actor, filter, strategy) => actOnAll(actor, { action: 'RETRY', strategy }, filter),
    cancelAll: (actor, filter) => actOnAll(actor, { action: 'CANCEL' }, filter),
    async archiveAll(actor, filter) {
      authorize(actor, runPolicy.archive)
      await recorded()
      return runs.archive({ ...filter, projectId: actor.projectId })
    },
  }
}

/** The action narrows the filter to the runs that it can apply to. */
function filterFor(act: RunAct, filter: RunChoice): RunChoice {
  switch (act.action) {
    case 'RETRY': {
      // Without a word on it, what succeeded is not meant by a retry of what failed.
      const byDefault = act.strategy === 'FROM_FAILED_STEP' && !filter.flowRunIds ? RETRIED_BY_DEFAULT : TERMINAL
      return { ...filter, status: filter.status ?? byDefault }
    }
    case 'CANCEL':
      return { ...filter, status: filter.status?.filter((one) => !isTerminal(one)) ?? LIVE }
    case 'ARCHIVE':
      return filter
  }
}
