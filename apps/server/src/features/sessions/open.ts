import { newId } from '@piecework/model/ids'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import type { SignInMeans } from '../../database/sign-in-tables.ts'
import { secondFactorRequired } from './challenge.ts'
import { deviceOf } from './device.ts'
import { insertSession, selectSecondFactorNeeds } from './store.ts'

/** The browser or program at the other end of a sign-in. */
export interface Client {
  ip: string
  userAgent: string | undefined
}

/** How somebody comes in. */
export interface How {
  means: SignInMeans
  client: Client
  /** A code of the second factor was given. */
  secondFactor?: boolean
}

interface Entering extends How {
  user: { id: string; platformId: string }
  tokenVersion: string | null
}

/** Makes sessions: each sign-in has a new one, whatever the browser had before. */
export interface SessionMaker {
  /**
   * Looks whether the first step of a sign-in is enough: before it is written down, and a session is opened.
   * @throws AppError SECOND_FACTOR_REQUIRED
   */
  admit(person: { userId: string; tokenVersion: string | null; means: 'PASSWORD' | 'SSO' }): Promise<void>
  /** @returns the first token of the session */
  open(entering: Entering): Promise<string>
}

/** The most sessions of one person; programs that sign in for each call would fill the table. */
const MAX_SESSIONS = 100
const HOUR_MS = 3_600_000

interface Parts {
  db: Db
  tokens: Tokens
  maxHours: number
}

export function createSessionMaker({ db, tokens, maxHours }: Parts): SessionMaker {
  return {
    async admit({ userId, tokenVersion, means }) {
      const needs = await selectSecondFactorNeeds(db, userId)
      if (!needs) return
      const isSetUp = needs.confirmedAt !== null
      // An identity provider asks for a second factor itself, unless the platform does not rely on it.
      const isAsked = needs.secondFactorRequired || (isSetUp && means === 'PASSWORD')
      if (!isAsked) return
      const step = isSetUp ? 'CODE' : 'SET_UP'
      throw await secondFactorRequired(tokens, { userId, tokenVersion: tokenVersion ?? '', means, step })
    },

    async open({ user, tokenVersion, means, client, secondFactor = false }) {
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
