import { newId } from '@piecework/model/ids'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import type { SignInMeans } from '../../database/sign-in-tables.ts'
import { deviceOf } from './device.ts'
import { insertSession } from './store.ts'

/** The browser or program at the other end of a sign-in. */
export interface Client {
  ip: string
  userAgent: string | undefined
}

interface Entering {
  user: { id: string; platformId: string }
  tokenVersion: string | null
  means: SignInMeans
  client: Client
  /** A code of the second factor was given. */
  secondFactor?: boolean
}

/** Makes sessions: each sign-in has a new one, whatever the browser had before. */
export interface SessionMaker {
  /** @returns the first token of the session */
  open(db: Db, entering: Entering): Promise<string>
}

/** The most sessions of one person; programs that sign in for each call would fill the table. */
const MAX_SESSIONS = 100
const HOUR_MS = 3_600_000

export function createSessionMaker({ tokens, maxHours }: { tokens: Tokens; maxHours: number }): SessionMaker {
  return {
    async open(db, { user, tokenVersion, means, client, secondFactor = false }) {
      const [id, expiresAt] = [newId(), Date.now() + maxHours * HOUR_MS]
      await insertSession(
        db,
        {
          ...{ id, userId: user.id, means, ip: client.ip, device: deviceOf(client.userAgent), secondFactor },
          expiresAt: new Date(expiresAt),
        },
        MAX_SESSIONS,
      )
      const session = { id, turn: 1, expiresAt }
      return tokens.user({ ...user, tokenVersion, session, ...(means === 'SSO' ? { sso: true } : {}) })
    },
  }
}
