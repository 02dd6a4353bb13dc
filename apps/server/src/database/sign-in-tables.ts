import type { Generated } from 'kysely'
import type { CreatedTime, Nullable, Time } from './columns.ts'

/** How a person came in. */
export type SignInMeans = 'PASSWORD' | 'SSO' | 'MANAGED'

/** One sign-in of a person on one platform. */
export interface UserSessionTable {
  id: string
  created: CreatedTime
  userId: string
  means: SignInMeans
  ip: Nullable<string>
  /** The browser or program, in plain words. */
  device: string
  /** A code of the second factor was given. */
  secondFactor: boolean
  /** The number of the token that is valid; the one before it is valid for a moment longer. */
  turn: Generated<number>
  turnedAt: CreatedTime
  /** To the minute. */
  lastUsedAt: CreatedTime
  /** The end of the session, however much it is used. */
  expiresAt: Time
}
