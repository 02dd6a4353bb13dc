import { createPublicKey } from 'node:crypto'
import { AppError } from '@piecework/model/errors'
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { SigningKeyRow } from '../signing-keys/store.ts'

const Id = z.string().min(1).max(500)
const Name = z.string().min(1).max(100)
const FilterType = z.enum(['NONE', 'ALLOWED'])
const Tags = z.array(z.string().max(500)).max(1000)

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

/** The claims of the current form of tokens, and of the one before. */
const Claims = z
  .union([
    Shared.extend({
      version: z.literal('v3'),
      piecesFilterType: FilterType.default('NONE'),
      piecesTags: Tags.default([]),
    }),
    Shared.extend({
      version: z.literal(['v1', 'v2']).optional(),
      pieces: z.object({ filterType: FilterType, tags: Tags.default([]) }).optional(),
    }).transform(({ pieces, ...shared }) => ({
      ...shared,
      piecesFilterType: pieces?.filterType ?? ('NONE' as const),
      piecesTags: pieces?.tags ?? [],
    })),
  ])
  .refine(
    ({ concurrencyPoolKey, concurrencyPoolLimit }) =>
      (concurrencyPoolKey === undefined) === (concurrencyPoolLimit === undefined),
    { error: 'goes together with concurrencyPoolLimit', path: ['concurrencyPoolKey'] },
  )
export type Claims = z.output<typeof Claims>

const refuse = (message: string): AppError => new AppError('INVALID_BEARER_TOKEN', { message })

/** The key that a token says it is signed with. @throws AppError INVALID_BEARER_TOKEN */
export function keyIdOf(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token)
    if (typeof kid === 'string') return kid
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
  const claims = Claims.safeParse(payload)
  if (claims.success) return claims.data
  const [issue] = Shared.safeParse(payload).error?.issues ?? claims.error.issues
  throw refuse(`the claim ${issue?.path.join('.') || 'version'}: ${issue?.message ?? 'is wrong'}`)
}

const unsigned = (): AppError => refuse('the token is not signed by a key of a platform, with RS256')

async function verify(token: string, { publicKey }: SigningKeyRow): Promise<unknown> {
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
