import { createPublicKey } from 'node:crypto'
import { AppError } from '@piecework/model/errors'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import type { SigningKeyRow } from '../signing-keys/store.ts'

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorable, 'must not hold a NUL character or half a character')
const Id = text(500)
const Name = text(100)
const FilterType = z.enum(['NONE', 'ALLOWED'])
const Tags = z.array(text(500)).max(1000)

const Shared = z.object({
  externalUserId: Id,
  externalProjectId: Id,
  projectDisplayName: Name.optional(),
  firstName: Name,
  lastName: Name,
  role: Name.default('Editor'),
  concurrencyPoolKey: Id.optional(),
  concurrencyPoolLimit: z.number().int().positive().max(1_000_000).optional(),
})

/** The claims of the current form of tokens. */
const Current = Shared.extend({
  version: z.literal('v3'),
  piecesFilterType: FilterType.default('NONE'),
  piecesTags: Tags.default([]),
})
/** Those of the form before. */
const Former = Shared.extend({
  version: z.literal(['v1', 'v2'], { error: 'must be v3' }).optional(),
  pieces: z.object({ filterType: FilterType, tags: Tags.default([]) }).optional(),
}).transform(({ pieces, ...shared }) => ({
  ...shared,
  piecesFilterType: pieces?.filterType ?? ('NONE' as const),
  piecesTags: pieces?.tags ?? [],
}))
const isCurrent = (payload: JWTPayload): boolean => payload.version === 'v3'
export type Claims = z.output<typeof Current> | z.output<typeof Former>

const refuse = (message: string): AppError => new AppError('INVALID_BEARER_TOKEN', { message })

/** The key that a token says it is signed with. @throws AppError INVALID_BEARER_TOKEN */
export function keyIdOf(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token)
    if (typeof kid === 'string' && isStorable(kid)) return kid
  } catch {
    // It is answered like a token without a key.
  }
  throw refuse('the token does not name its signing key in the header kid')
}

/**
 * Reads the claims of a token, which the key must have signed with RS256 and which must not be out of date.
 * @throws AppError INVALID_BEARER_TOKEN, which names the claim that is wrong
 */
export async function readClaims(token: string, key: SigningKeyRow | undefined): Promise<Claims> {
  if (!key) throw unsigned()
  const payload = await verify(token, key)
  const claims = (isCurrent(payload) ? Current : Former).safeParse(payload)
  if (!claims.success) {
    const [issue] = claims.error.issues
    throw wrongClaim(issue?.path.join('.') ?? '', issue?.message ?? 'is wrong')
  }
  const { concurrencyPoolKey, concurrencyPoolLimit } = claims.data
  if ((concurrencyPoolKey === undefined) !== (concurrencyPoolLimit === undefined))
    throw wrongClaim('concurrencyPoolKey', 'goes together with concurrencyPoolLimit')
  return claims.data
}

export const wrongClaim = (claim: string, reason: string): AppError => refuse(`the claim ${claim}: ${reason}`)

const unsigned = (): AppError => refuse('the token is not signed by a key of a platform, with RS256')

async function verify(token: string, { publicKey }: SigningKeyRow): Promise<JWTPayload> {
  try {
    const key = createPublicKey(publicKey)
    return (await jwtVerify(token, key, { algorithms: ['RS256'], requiredClaims: ['exp'] })).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refuse('the token has expired')
    if (error instanceof errors.JWTClaimValidationFailed) throw refuse(`the claim ${error.claim} is missing or wrong`)
    if (error instanceof errors.JOSEError) throw unsigned()
    throw error
  }
}
