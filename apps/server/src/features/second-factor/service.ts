import type { SecondFactorSetUp, SecondFactorState } from '@piecework/api/second-factor'
import { AppError, notFound } from '@piecework/model/errors'
import type { Actor } from '../../access/actor.ts'
import type { Codes } from '../../access/codes.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { secondFactorPolicy } from '../../policies/second-factor.ts'
import { checkPassword } from '../authentication/passwords.ts'
import { selectPlatform } from '../platforms/store.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { onEveryPlatform } from '../users/on-every-platform.ts'
import { selectIdentityOfUser, selectUser, selectUsersOfIdentity } from '../users/store.ts'
import { checkCode, refusalOf, sealSecret, type Verdict } from './check.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { beginSecondFactor, deleteSecondFactor, markSession, selectSecondFactor, updateSecondFactor } from './store.ts'
import { base32, newSecret, otpauthUri } from './totp.ts'

/** The second factor of people: codes of an app. It belongs to the person, on all of their platforms. */
export type SecondFactors = ReturnType<typeof createSecondFactors>

export interface Parts {
  db: Db
  outbox: Outbox
  events: Pick<Events, 'emit'>
  encryption: Encryption
  codes: Codes
}

/** Something that a right code allows. */
type Allowed<T> = (trx: Db, recordEvent: RecordEvent) => Promise<T>

const refused = (message: string): AppError => new AppError('VALIDATION', { message })

// Over 120 lines: each act is a few lines over the same parts.
export function createSecondFactors({ db, outbox, events, encryption, codes }: Parts) {
  const keys = { encryption, codes }

  const identityOf = async (userId: string) => {
    const identity = await selectIdentityOfUser(db, userId)
    if (!identity) throw notFound('user', userId)
    return identity
  }

  /** Who has a password gives it again: a page that was left open is not enough. @throws AppError INVALID_CREDENTIALS */
  const prove = async ({ principal }: Actor<UserPrincipal>, password: string | undefined) => {
    const identity = await identityOf(principal.id)
    if (identity.provider === 'JWT') throw refused('you are signed in by another program, which never asks for a code')
    if (identity.provider === 'EMAIL' && !(await checkPassword(password ?? '', identity.password)))
      throw new AppError('INVALID_CREDENTIALS', { message: 'the password is wrong' })
    return identity
  }

  const freshCodes = (): { shown: string[]; hashes: string[] } => {
    const shown = newRecoveryCodes()
    return { shown, hashes: shown.map((code) => hashRecoveryCode(codes, code)) }
  }

  /** Does what a right code allows, in the transaction that uses it up. */
  const withCode = async <T>(
    given: { identityId: string; code: string; unconfirmed?: boolean },
    act: Allowed<T>,
  ): Promise<T> => {
    type Outcome = { verdict: 'right'; result: T } | { verdict: Exclude<Verdict, 'right'> }
    const done = await outbox.transaction(async (trx, recordEvent): Promise<Outcome> => {
      const verdict = await checkCode(keys, trx, given)
      if (verdict === 'wrong' || verdict === 'locked') return { verdict }
      return { verdict: 'right', result: await act(trx, recordEvent) }
    })
    if (done.verdict === 'right') return done.result
    throw refusalOf(done.verdict)
  }

  return {
    async read(actor: Actor<UserPrincipal>): Promise<SecondFactorState> {
      authorize(actor, secondFactorPolicy.read)
      const identity = await identityOf(actor.principal.id)
      const [row, platform] = await Promise.all([
        selectSecondFactor(db, identity.id),
        selectPlatform(db, actor.platformId),
      ])
      return {
        enabledAt: row?.confirmedAt ?? null,
        recoveryCodesLeft: row?.confirmedAt ? row.recoveryCodes.length : 0,
        required: platform?.secondFactorRequired ?? false,
        asksPassword: identity.provider === 'EMAIL',
      }
    },

    async begin(actor: Actor<UserPrincipal>, password: string | undefined): Promise<SecondFactorSetUp> {
      authorize(actor, secondFactorPolicy.begin)
      const identity = await prove(actor, password)
      return this.setUp(identity)
    },

    /** A new secret, which counts once a code shows that the person has it. @throws AppError VALIDATION */
    async setUp({ id: identityId, email }: { id: string; email: string }): Promise<SecondFactorSetUp> {
      const secret = newSecret()
      if (!(await beginSecondFactor(db, { identityId, secret: sealSecret(encryption, secret) })))
        throw refused('a second factor is set up already: turn it off first')
      const uri = otpauthUri(secret, { issuer: 'Piecework', account: email })
      const { default: qrcode } = await import('qrcode')
      return { secret: base32(secret), uri, qr: await qrcode.toString(uri, { type: 'svg', margin: 2 }) }
    },

    /**
     * Ends the set-up by a first code; all other sessions of the person end.
     * @returns the recovery codes, which are never shown again @throws AppError INVALID_OTP, RATE_LIMITED
     */
    async confirm(
      person: { identityId: string; code: string; sessionId?: string | undefined },
      ip: string | null,
    ): Promise<string[]> {
      const { identityId, code, sessionId } = person
      const { shown, hashes } = freshCodes()
      const userIds = await withCode({ identityId, code, unconfirmed: true }, async (trx, recordEvent) => {
        await updateSecondFactor(trx, identityId, { confirmedAt: new Date(), recoveryCodes: hashes })
        const ids = await onEveryPlatform(trx, identityId, ip, (own, user) =>
          recordEvent(own, 'user.second.factor.enabled', { user }),
        )
        await deleteSessionsOf(trx, ids, sessionId)
        if (sessionId !== undefined) await markSession(trx, sessionId)
        return ids
      })
      for (const id of userIds) await events.emit('ACCESS_CHANGED', { of: 'USER', id })
      return shown
    },

    async confirmOwn(actor: Actor<UserPrincipal>, code: string): Promise<string[]> {
      authorize(actor, secondFactorPolicy.confirm)
      const { id, sessionId } = actor.principal
      const { id: identityId } = await identityOf(id)
      return this.confirm({ identityId, code, sessionId }, actor.ip)
    },

    async turnOff(actor: Actor<UserPrincipal>, { password, code }: { password?: string | undefined; code: string }) {
      authorize(actor, secondFactorPolicy.turnOff)
      const identity = await prove(actor, password)
      await withCode({ identityId: identity.id, code }, async (trx, recordEvent) => {
        await deleteSecondFactor(trx, identity.id)
        await onEveryPlatform(trx, identity.id, actor.ip, (own, user) =>
          recordEvent(own, 'user.second.factor.disabled', { user }),
        )
      })
    },

    async renewCodes(actor: Actor<UserPrincipal>, { password, code }: { password?: string | undefined; code: string }) {
      authorize(actor, secondFactorPolicy.renewCodes)
      const identity = await prove(actor, password)
      const { shown, hashes } = freshCodes()
      await withCode({ identityId: identity.id, code }, async (trx, recordEvent) => {
        await updateSecondFactor(trx, identity.id, { recoveryCodes: hashes })
        await onEveryPlatform(trx, identity.id, actor.ip, (own, user) =>
          recordEvent(own, 'user.recovery.codes.renewed', { user }),
        )
      })
      return shown
    },

    /**
     * Takes the second factor of somebody away who has lost it. All their sessions end.
     * @throws AppError ENTITY_NOT_FOUND, VALIDATION for the owner, and for people of other platforms
     */
    async reset(actor: Actor, userId: string): Promise<void> {
      authorize(actor, secondFactorPolicy.reset)
      const { platformId } = actor
      const [user, platform] = await Promise.all([selectUser(db, platformId, userId), selectPlatform(db, platformId)])
      if (!user || !platform) throw notFound('user', userId)
      const identity = await identityOf(userId)
      if (platform.ownerId === userId) throw refused('nobody else resets the second factor of the owner')
      const users = await selectUsersOfIdentity(db, identity.id)
      // Who administers one platform decides nothing for another one.
      if (users.some((one) => one.platformId !== platformId))
        throw refused('this person belongs to other platforms, too')
      await outbox.transaction(async (trx, recordEvent) => {
        if (!(await deleteSecondFactor(trx, identity.id))) throw refused('this person has no second factor')
        await deleteSessionsOf(trx, [userId])
        recordEvent(actor, 'user.second.factor.reset', { user: { id: userId } })
      })
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    },
  }
}
