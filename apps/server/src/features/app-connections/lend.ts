import { AppError } from '@piecework/model/errors'
import type { WorkerSource } from '@piecework/worker/task'
import type { Db } from '../../database/open.ts'
import { timeToRenewal, withoutSecrets } from '../oauth2/value.ts'
import type { ConnectionOpener } from './renewal.ts'
import { selectConnectionByExternalId } from './store.ts'

/** A worker asks again after this time, should the news of a change not reach it. */
const KEEP_MS = 60_000

interface Parts {
  db: Db
  opener: ConnectionOpener
  log: { warn(details: object, message: string): void }
}

/** Gives runs the connections of their project, through their worker. */
export function createConnectionLender({ db, opener, log }: Parts): WorkerSource['loadConnection'] {
  return async ({ projectId, platformId, externalId }) => {
    try {
      const row = await selectConnectionByExternalId(db, { projectId, platformId }, externalId)
      if (!row) return { answer: { status: 'NOT_FOUND' }, keepMs: 0 }
      const { status, value } = await opener.open(row)
      const keepMs = status === 'ACTIVE' ? Math.min(KEEP_MS, timeToRenewal(value, Date.now())) : 0
      return { answer: { status, value: withoutSecrets(value) }, keepMs }
    } catch (error) {
      log.warn({ err: error, projectId, externalId }, 'a connection could not be read for a run')
      return { answer: { status: 'UNAVAILABLE', reason: reasonOf(error) }, keepMs: 0 }
    }
  }
}

/** The reason as the log of a run may show it: our own errors are for users, others may reveal facts about the server. */
const reasonOf = (error: unknown): string =>
  error instanceof AppError ? error.message : 'the server could not read it; the reason is in its log'
