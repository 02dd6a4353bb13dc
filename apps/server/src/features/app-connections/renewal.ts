import { setTimeout as delay } from 'node:timers/promises'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { systemActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { OAuth2Client } from '../oauth2/client.ts'
import { TokenError } from '../oauth2/token-request.ts'
import { isDue, isExpired, StoredOAuth2 } from '../oauth2/value.ts'
import { connectionForEvent } from './event-data.ts'
import { type ConnectionRow, claimRenewal, endRenewal, selectOfPlatform } from './store.ts'
import { raiseTrouble } from './trouble.ts'

export interface OpenedConnection {
  status: ConnectionRow['status']
  value: unknown
}

/** Opens connections, with a token that lasts where they have one. */
export interface ConnectionOpener {
  /** @throws AppError INVALID_APP_CONNECTION when the token has expired and no new one can be had now */
  open(row: ConnectionRow): Promise<OpenedConnection>
}

interface Parts {
  db: Db
  outbox: Outbox
  encryption: Encryption
  oauth2: OAuth2Client
  frontendUrl: string
  log: Logger
}

/** Longer than a request for a token takes: a renewal is not taken over while it runs. */
const RENEWAL_MS = 60_000
/** How long to wait for the renewal of another app. */
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 100
/** After a failure, a token that is still good is used for so long before the next attempt. */
const REST_MS = 30_000
const MAX_RESTING = 10_000

export function createConnectionOpener({ db, outbox, encryption, oauth2, frontendUrl, log }: Parts): ConnectionOpener {
  /** Renewals that go on in this app, by connection: all who ask meanwhile get the same token. */
  const running = new Map<string, Promise<OpenedConnection>>()
  const resting = new LRUCache<string, true>({ max: MAX_RESTING, ttl: REST_MS })

  /** The token of a connection that has to be renewed; undefined when it has none, or need not be. */
  const dueToken = (row: ConnectionRow): StoredOAuth2 | undefined => {
    if (row.status === 'ERROR') return undefined
    const stored = StoredOAuth2.safeParse(encryption.decrypt(row.value))
    return stored.success && isDue(stored.data, Date.now()) ? stored.data : undefined
  }

  const asItIs = (row: ConnectionRow): OpenedConnection => ({
    status: row.status,
    value: encryption.decrypt(row.value),
  })

  const current = async ({ platformId, id }: ConnectionRow): Promise<ConnectionRow> => {
    const row = await selectOfPlatform(db, platformId, id)
    if (!row) throw notFound('app_connection', id)
    return row
  }

  /** The answer after a failed renewal: a token that still works will do. */
  const failed = async (row: ConnectionRow, token: StoredOAuth2, reason: string): Promise<OpenedConnection> => {
    if (!isExpired(token, Date.now())) {
      resting.set(row.id, true)
      return asItIs(row)
    }
    const error = `its token has expired, and could not be renewed: ${reason}`
    await outbox.transaction(async (trx, recordEvent) => {
      const line = `Its token has expired, and could not be renewed: ${reason}`
      await raiseTrouble({ trx, recordEvent, frontendUrl }, row, 'TOKEN_EXPIRED', line)
    })
    throw new AppError('INVALID_APP_CONNECTION', { error, message: error })
  }

  /** Notes that it is out of date for good; each of its projects hears of it. */
  const expire = (row: ConnectionRow, renewal: string, reason: string) =>
    outbox.transaction(async (trx, recordEvent) => {
      const isOurs = await endRenewal(trx, { row, renewal }, { status: 'ERROR' })
      const connection = connectionForEvent({ ...row, status: 'ERROR' })
      const { platformId, projectIds } = row
      if (!isOurs) return false
      for (const projectId of projectIds)
        recordEvent(systemActor('connections', { platformId, projectId }), 'connection.expired', { connection })
      const line = `The service refused to renew its token: ${reason}`
      await raiseTrouble({ trx, recordEvent, frontendUrl }, row, 'TOKEN_REFUSED', line)
      return true
    })

  /** With the renewal taken, so that nobody else renews meanwhile: a refresh token is often good for one use. */
  const renew = async (row: ConnectionRow, renewal: string): Promise<OpenedConnection> => {
    const token = dueToken(row)
    const end = (changes: Parameters<typeof endRenewal>[2] = {}) => endRenewal(db, { row, renewal }, changes)
    if (!token) {
      await end()
      return asItIs(row)
    }
    let value: StoredOAuth2
    try {
      value = await oauth2.renew(row.platformId, row.pieceName, token)
    } catch (error) {
      const isFinal = error instanceof TokenError && error.isFinal
      const reason = error instanceof Error ? error.message : String(error)
      const isOurs = await (isFinal ? expire(row, renewal, reason) : end())
      log.warn({ connectionId: row.id, pieceName: row.pieceName, isFinal, reason }, 'a token could not be renewed')
      if (!isOurs) return asItIs(await current(row))
      return isFinal ? { status: 'ERROR', value: token } : failed(row, token, reason)
    }
    // Somebody has connected again meanwhile, so that the new token is the one to use.
    if (!(await end({ value: JSON.stringify(encryption.encrypt(value)), trouble: null })))
      return asItIs(await current(row))
    return { status: row.status, value }
  }

  const renewOrWait = async (row: ConnectionRow): Promise<OpenedConnection> => {
    const patience = Date.now() + PATIENCE_MS
    for (;;) {
      const renewal = newId()
      const taken = await claimRenewal(db, row, renewal, RENEWAL_MS)
      if (taken) return renew(taken, renewal)
      await delay(LOOK_EVERY_MS)
      const now = await current(row)
      const token = dueToken(now)
      if (!token) return asItIs(now)
      if (Date.now() > patience) return failed(now, token, 'another server has been renewing it for too long')
    }
  }

  return {
    async open(row) {
      const token = dueToken(row)
      if (!token || (resting.has(row.id) && !isExpired(token, Date.now()))) return asItIs(row)
      const known = running.get(row.id)
      if (known) return known
      const renewing = renewOrWait(row).finally(() => running.delete(row.id))
      running.set(row.id, renewing)
      return renewing
    },
  }
}
