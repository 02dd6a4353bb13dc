import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Tokens } from '../../access/tokens.ts'

const AUDIENCE = 'second-factor'
/** The time to look for the phone, or to install an app on it. */
const VALID_SECONDS = 15 * 60

const Challenge = z.object({
  userId: z.string(),
  tokenVersion: z.string(),
  means: z.enum(['PASSWORD', 'SSO']),
  /** `CODE`: a code is asked for. `SET_UP`: the platform wants a second factor, and there is none yet. */
  step: z.enum(['CODE', 'SET_UP']),
})
/** Says that somebody has taken the first step of a sign-in. It opens nothing but the second. */
export type Challenge = z.infer<typeof Challenge>

/** The answer to a first step that is not enough. */
export async function secondFactorRequired(tokens: Tokens, challenge: Challenge): Promise<AppError> {
  return new AppError('SECOND_FACTOR_REQUIRED', {
    challenge: await tokens.signFor(AUDIENCE, challenge, VALID_SECONDS),
    step: challenge.step,
    message:
      challenge.step === 'CODE'
        ? 'a code of the second factor is required'
        : 'this platform requires a second factor: set one up to sign in',
  })
}

/** @throws AppError INVALID_BEARER_TOKEN */
export const readChallenge = (tokens: Pick<Tokens, 'verifyFor'>, challenge: string): Promise<Challenge> =>
  tokens.verifyFor(AUDIENCE, challenge, Challenge)
