import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Codes } from '../../access/codes.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import { hashRecoveryCode } from './recovery-codes.ts'
import { lockSecondFactor, updateSecondFactor } from './store.ts'
import { stepOfCode } from './totp.ts'

/** `locked`: nobody may try for a while. `recovery`: one of the recovery codes, which is used up now. */
export type Verdict = 'right' | 'recovery' | 'wrong' | 'locked'

const MAX_FAILURES = 5
const LOCKED_MS = 15 * 60_000

interface Keys {
  encryption: Encryption
  codes: Codes
}

/**
 * Whether a code is right, in the transaction that uses it up: of two that come at once one is refused. Wrong ones
 * count, so that the caller must commit in any case, and refuse then.
 * @param unconfirmed the first code of a set-up
 */
export async function checkCode(
  { encryption, codes }: Keys,
  trx: Db,
  { identityId, code, unconfirmed = false }: { identityId: string; code: string; unconfirmed?: boolean },
): Promise<Verdict> {
  const row = await lockSecondFactor(trx, identityId)
  if (!row || (row.confirmedAt === null) !== unconfirmed) return 'wrong'
  const now = Date.now()
  if (row.lockedUntil !== null && Date.parse(row.lockedUntil) > now) return 'locked'
  const accepted = { failures: 0, lockedUntil: null }
  const step = stepOfCode(openSecret(encryption, row.secret), code, now)
  if (step !== undefined && step > row.lastStep) {
    await updateSecondFactor(trx, identityId, { ...accepted, lastStep: step })
    return 'right'
  }
  const hash = hashRecoveryCode(codes, code)
  if (!unconfirmed && row.recoveryCodes.includes(hash)) {
    const recoveryCodes = row.recoveryCodes.filter((one) => one !== hash)
    await updateSecondFactor(trx, identityId, { ...accepted, recoveryCodes })
    return 'recovery'
  }
  const failures = row.failures + 1
  const isLocked = failures >= MAX_FAILURES
  await updateSecondFactor(
    trx,
    identityId,
    isLocked ? { failures: 0, lockedUntil: new Date(now + LOCKED_MS) } : { failures },
  )
  return 'wrong'
}

/** Why a code is refused: INVALID_OTP, or RATE_LIMITED after several wrong ones. */
export function refusalOf(verdict: Verdict): AppError {
  if (verdict === 'locked')
    return new AppError('RATE_LIMITED', { message: 'too many wrong codes: try again in 15 minutes' })
  return new AppError('INVALID_OTP', { message: 'the code is wrong, or was used already' })
}

export const sealSecret = (encryption: Encryption, secret: Buffer): string =>
  JSON.stringify(encryption.encrypt(secret.toString('base64')))

function openSecret(encryption: Encryption, sealed: Parameters<Encryption['decrypt']>[0]): Buffer {
  return Buffer.from(z.string().parse(encryption.decrypt(sealed)), 'base64')
}
