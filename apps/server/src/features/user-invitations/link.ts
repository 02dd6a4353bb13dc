import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Tokens } from '../../access/tokens.ts'

const AUDIENCE = 'USER_INVITATION'
const VALID_SECONDS = 7 * 24 * 3600

/** When the link of an invitation that is sent now stops working. */
export const linkExpiry = (): Date => new Date(Date.now() + VALID_SECONDS * 1000)

/** The link by which a person accepts an invitation. */
export async function invitationLink(
  { tokens, frontendUrl }: { tokens: Tokens; frontendUrl: string },
  { id, email }: { id: string; email: string },
): Promise<string> {
  const token = await tokens.signFor(AUDIENCE, { id }, VALID_SECONDS)
  return `${frontendUrl}/invitation?token=${token}&email=${encodeURIComponent(email)}`
}

/** @returns the id of the invitation. @throws AppError INVALID_OR_EXPIRED_JWT_TOKEN */
export async function readInvitationToken(tokens: Tokens, token: string): Promise<string> {
  try {
    return (await tokens.verifyFor(AUDIENCE, token, z.object({ id: z.string() }))).id
  } catch (error) {
    throw error instanceof AppError ? invalidLink() : error
  }
}

export const invalidLink = (): AppError =>
  new AppError('INVALID_OR_EXPIRED_JWT_TOKEN', { message: 'the link of the invitation is not valid any more' })
