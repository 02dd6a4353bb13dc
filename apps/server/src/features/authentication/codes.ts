import { timingSafeEqual } from 'node:crypto'
import { AppError, notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import { type Actor, actorOf } from '../../access/actor.ts'
import type { Codes } from '../../access/codes.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { userPolicy } from '../../policies/user.ts'
import { selectPlatform } from '../platforms/store.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { normalizeEmail } from '../users/email.ts'
import { onEveryPlatform } from '../users/on-every-platform.ts'
import {
  selectIdentityByEmail,
  selectIdentityOfUser,
  selectUser,
  selectUsersOfIdentity,
  updateIdentity,
} from '../users/store.ts'
import { type CodeRow, type CodeType, lockCode, replaceCode, updateCode } from './code-store.ts'
import { hashPassword } from './passwords.ts'
import { newTokenVersion } from './token-version.ts'

export interface Proof {
  identityId: string
  otp: string
}

/** Codes by which people prove that they read the mail of their address. */
export interface OneTimeCodes {
  /** Sends a code by mail, if somebody has the address; nobody learns whether. */
  request(email: string, type: CodeType, ip: string): Promise<void>
  /** @throws AppError INVALID_OTP */
  verifyEmail(proof: Proof, ip: string): Promise<void>
  /** Ends all sessions of the person. @throws AppError INVALID_OTP */
  resetPassword(proof: Proof & { newPassword: string }, ip: string): Promise<void>
  /**
   * A code for an administrator to hand over, where no mail is sent.
   * @throws AppError ENTITY_NOT_FOUND, VALIDATION where mail is sent, for the owner, and for people of other platforms
   */
  show(actor: Actor, userId: string, type: CodeType): Promise<{ code: string; link: string; expires: string }>
}

interface Parts {
  db: Db
  codes: Codes
  outbox: Outbox
  events: Pick<Events, 'emit'>
  frontendUrl: string
  sendsMail: boolean
}

/** A mail takes a while, and so does handing a code over. */
const VALID_MS = 3_600_000
/** Nobody's mailbox is filled with codes. */
const RENEWED_AFTER_MS = 600_000
const MAX_TRIES = 5
const SEED_LENGTH = 32

const ageOf = ({ created }: CodeRow): number => Date.now() - Date.parse(created)

export function createOneTimeCodes({ db, codes, outbox, events, frontendUrl, sendsMail }: Parts): OneTimeCodes {
  /** Makes the change that a right code allows, in the transaction that uses the code up. @throws AppError INVALID_OTP */
  const use = async (
    { identityId, otp }: Proof,
    type: CodeType,
    change: (trx: Db, recordEvent: RecordEvent) => Promise<string[]>,
  ): Promise<void> => {
    const userIds = await outbox.transaction(async (trx, recordEvent) => {
      const row = await lockCode(trx, identityId, type)
      if (row?.state !== 'PENDING' || row.tries >= MAX_TRIES || ageOf(row) > VALID_MS) return undefined
      if (!isSame(otp, codes.codeOf(row.value))) {
        await updateCode(trx, row.id, { tries: row.tries + 1 })
        return undefined
      }
      await updateCode(trx, row.id, { state: 'CONFIRMED' })
      return change(trx, recordEvent)
    })
    if (!userIds) throw new AppError('INVALID_OTP', { message: 'the code is wrong or not valid any more' })
    for (const id of userIds) await events.emit('ACCESS_CHANGED', { of: 'USER', id })
  }

  return {
    async request(email, type, ip) {
      const identity = await selectIdentityByEmail(db, normalizeEmail(email))
      if (identity?.provider !== 'EMAIL' || (type === 'EMAIL_VERIFICATION' && identity.verified)) return
      await outbox.transaction(async (trx, recordEvent) => {
        const last = await lockCode(trx, identity.id, type)
        if (last && ageOf(last) < RENEWED_AFTER_MS) return
        const [user] = await selectUsersOfIdentity(trx, identity.id)
        if (!user?.platformId) return
        const { id: userId, platformId, platformRole } = user
        const actor = actorOf({ type: 'USER', id: userId, platformId, platformRole }, ip)
        await makeCode({ trx, recordEvent }, { identityId: identity.id, type, userId, actor })
      })
    },

    verifyEmail: (proof, ip) =>
      use(proof, 'EMAIL_VERIFICATION', async (trx, recordEvent) => {
        await updateIdentity(trx, proof.identityId, { verified: true })
        return onEveryPlatform(trx, proof.identityId, ip, (actor, user) =>
          recordEvent(actor, 'user.email.verified', { user }),
        )
      }),

    async resetPassword({ newPassword, ...proof }, ip) {
      const password = await hashPassword(newPassword)
      await use(proof, 'PASSWORD_RESET', async (trx, recordEvent) => {
        await updateIdentity(trx, proof.identityId, { password, tokenVersion: newTokenVersion(), verified: true })
        const userIds = await onEveryPlatform(trx, proof.identityId, ip, (actor, user) =>
          recordEvent(actor, 'user.password.reset', { user }),
        )
        await deleteSessionsOf(trx, userIds)
        return userIds
      })
    },

    async show(actor, userId, type) {
      authorize(actor, userPolicy.showCode)
      const { platformId } = actor
      const [user, platform] = await Promise.all([selectUser(db, platformId, userId), selectPlatform(db, platformId)])
      const identity = user && (await selectIdentityOfUser(db, userId))
      if (!user || !platform || !identity) throw notFound('user', userId)
      const refuse = (message: string) => new AppError('VALIDATION', { message })
      if (sendsMail) throw refuse('the server sends mail: the person asks for a code and gets it there')
      if (identity.provider !== 'EMAIL') throw refuse('this person does not sign in with a password')
      if (platform.ownerId === userId && actor.userId !== userId)
        throw refuse('nobody else resets the password of the owner')
      // Who administers one platform does not enter another one in the name of somebody else.
      const others = (await selectUsersOfIdentity(db, identity.id)).some((one) => one.platformId !== platformId)
      if (others && actor.userId !== userId) throw refuse('this person belongs to other platforms, too')
      const row = await outbox.transaction((trx, recordEvent) =>
        makeCode({ trx, recordEvent }, { identityId: identity.id, type, userId, actor }),
      )
      const code = codes.codeOf(row.value)
      const expires = new Date(Date.parse(row.created) + VALID_MS).toISOString()
      return { code, link: codeLink(frontendUrl, { type, identityId: identity.id, code }), expires }
    },
  }
}

interface Making {
  identityId: string
  type: CodeType
  userId: string
  /** Who asks for it. */
  actor: Actor
}

/** A new code; the mail with it is made of the event. */
export async function makeCode(
  { trx, recordEvent }: { trx: Db; recordEvent: RecordEvent },
  { identityId, type, userId, actor }: Making,
): Promise<CodeRow> {
  recordEvent(actor, 'user.code.requested', { user: { id: userId }, type })
  return replaceCode(trx, { id: newId(), identityId, type, value: randomText(SEED_LENGTH) })
}

/** The page on which a code is used. */
export function codeLink(
  frontendUrl: string,
  { type, identityId, code }: { type: CodeType; identityId: string; code: string },
): string {
  const page = type === 'PASSWORD_RESET' ? 'reset-password' : 'verify-email'
  return `${frontendUrl}/${page}?otpcode=${code}&identityId=${identityId}`
}

/** Whether the code is right, in any case of letters, in a time that says nothing of it. */
function isSame(given: string, code: string): boolean {
  const [a, b] = [Buffer.from(given.trim().toUpperCase()), Buffer.from(code)]
  return a.length === b.length && timingSafeEqual(a, b)
}
