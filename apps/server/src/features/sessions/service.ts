import type { Session } from '@piecework/api/sessions'
import { AppError, notFound } from '@piecework/model/errors'
import { TOKEN_OVERLAP_MS } from '../../access/access.ts'
import type { Actor, SystemPrincipal } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { sessionPolicy } from '../../policies/session.ts'
import {
  deleteEndedSessions,
  deleteSession,
  deleteSessionsOf,
  lockSession,
  selectSessions,
  turnSession,
} from './store.ts'

/** The sessions of the caller on the platform that they are on. */
export type Sessions = ReturnType<typeof createSessions>

interface Parts {
  db: Db
  tokens: Tokens
  outbox: Outbox
  events: Pick<Events, 'emit'>
  idleMs: number
}

/** Names the session of the caller. */
const CURRENT = 'current'

export function createSessions({ db, tokens, outbox, events, idleMs }: Parts) {
  const usedSince = (now = Date.now()): Date => new Date(now - idleMs)

  return {
    async list(actor: Actor<UserPrincipal>): Promise<Session[]> {
      authorize(actor, sessionPolicy.read)
      const { id, sessionId } = actor.principal
      const rows = await selectSessions(db, id, usedSince())
      return rows.map((row) => ({ ...row, current: row.id === sessionId }))
    },

    /** No app takes its tokens any more. @throws AppError ENTITY_NOT_FOUND */
    async end(actor: Actor<UserPrincipal>, wanted: string): Promise<void> {
      authorize(actor, sessionPolicy.end)
      const { id: userId, sessionId } = actor.principal
      const id = wanted === CURRENT ? (sessionId ?? '') : wanted
      await outbox.transaction(async (trx, recordEvent) => {
        if (!(await deleteSession(trx, userId, id))) throw notFound('session', wanted)
        recordEvent(actor, 'user.session.ended', { user: { id: userId }, session: { id } })
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    },

    /** Ends all sessions of the caller but this one, and tokens of earlier releases. */
    async endOthers(actor: Actor<UserPrincipal>): Promise<void> {
      authorize(actor, sessionPolicy.endOthers)
      const { id: userId, sessionId } = actor.principal
      await outbox.transaction(async (trx, recordEvent) => {
        await deleteSessionsOf(trx, [userId], sessionId)
        recordEvent(actor, 'user.session.ended', { user: { id: userId } })
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    },

    /**
     * A fresh token of the same session; the one before it is valid for a moment longer. Callers who ask at the same
     * time get tokens of the same turn, so that nobody pushes out a token that another tab has just got.
     * @throws AppError VALIDATION for a token of an earlier release, SESSION_EXPIRED
     */
    async refresh(actor: Actor<UserPrincipal>): Promise<{ token: string }> {
      authorize(actor, sessionPolicy.refresh)
      const { id: userId, platformId, sessionId, sso } = actor.principal
      if (sessionId === undefined)
        throw new AppError('VALIDATION', { message: 'this token belongs to no session: sign in again to get one' })
      const { token, hasTurned } = await db.transaction().execute(async (trx) => {
        const row = await lockSession(trx, userId, sessionId)
        if (!row) throw new AppError('SESSION_EXPIRED', { message: 'the session has ended: sign in again' })
        const isDue = Date.parse(row.turnedAt) + TOKEN_OVERLAP_MS <= Date.now()
        const turn = isDue ? row.turn + 1 : row.turn
        if (isDue) await turnSession(trx, row.id, turn, new Date())
        const session = { id: row.id, turn, expiresAt: Date.parse(row.expiresAt) }
        const claims = { id: userId, platformId, tokenVersion: row.tokenVersion, session, ...(sso && { sso }) }
        return { token: await tokens.user(claims), hasTurned: isDue }
      })
      if (hasTurned) await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
      return { token }
    },

    async purge(_task: SystemPrincipal, now: Date): Promise<void> {
      await deleteEndedSessions(db, now, usedSince(now.getTime()))
    },
  }
}
