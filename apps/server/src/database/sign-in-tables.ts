import type { Permission } from '@piecework/model/permission'
import type { Generated } from 'kysely'
import type { Encrypted } from '../encryption.ts'
import type { CreatedTime, Jsonb, Nullable, NullableTime, Time } from './columns.ts'

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

/** The secret that makes the codes of a person, on all of their platforms. */
export interface SecondFactorTable {
  identityId: string
  created: CreatedTime
  secret: Jsonb<Encrypted>
  /** Null until a first code has shown that the person's app makes the right ones. */
  confirmedAt: NullableTime
  /** The time of the last code that was taken: none of that time or before is taken again. */
  lastStep: Generated<number>
  /** Hashes of those that are left. */
  recoveryCodes: Generated<string[]>
  /** Wrong codes in a row. */
  failures: Generated<number>
  lockedUntil: NullableTime
}

/** A token of a person for their programs. */
export interface PersonalTokenTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  userId: string
  platformId: string
  displayName: string
  hashedValue: string
  truncatedValue: string
  /** Null for all projects of the person. */
  projectIds: Nullable<string[]>
  permissions: Permission[]
  expiresAt: Time
  lastUsedAt: NullableTime
}
