import { AppError } from '@piecework/model/errors'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'

/** The claims that tell principals apart; existing tokens fix their spelling. */
const ISSUER = 'activepieces'
const KEY_ID = '1'
const USER_TOKEN_SECONDS = 7 * 24 * 3600
/** A dispatch hands out a fresh one; it need not outlive the run. */
const ENGINE_TOKEN_SECONDS = 24 * 3600
/** The lifetime of the tokens of workers, and of links to files that flows hand out. */
const LONG_LIVED_SECONDS = 100 * 365 * 24 * 3600

const Platform = z.object({ id: z.string() })
/** In seconds since 1970. */
const exp = z.number().optional()
const Claims = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('USER'),
    id: z.string(),
    platform: Platform,
    tokenVersion: z.string().nullish(),
    /** The person came in by single sign-on of this platform, which says nothing about others. */
    sso: z.literal(true).optional(),
    /** The session, and the number of the token in it. Tokens of earlier releases have none. */
    sid: z.string().optional(),
    turn: z.number().int().optional(),
    iat: z.number().optional(),
    exp,
  }),
  z.object({ type: z.literal('ENGINE'), id: z.string(), projectId: z.string(), platform: Platform, exp }),
  z.object({ type: z.literal('WORKER'), id: z.string(), exp }),
])
export type Claims = z.infer<typeof Claims>
export type UserClaims = Extract<Claims, { type: 'USER' }>

interface UserToken {
  id: string
  platformId: string
  tokenVersion: string | null
  sso?: true
  /** The session that the token belongs to; the token does not outlive it. */
  session?: { id: string; turn: number; expiresAt: number }
}

export interface Tokens {
  user(token: UserToken): Promise<string>
  engine(claims: { id: string; projectId: string; platformId: string }): Promise<string>
  worker(claims: { id: string }): Promise<string>
  /** @throws AppError INVALID_BEARER_TOKEN when the token is malformed, tampered with, or out of date. */
  verify(token: string): Promise<Claims>
  /** A token for one purpose, such as the download of a file, that opens nothing else. */
  signFor(audience: string, claims: Record<string, string>, seconds?: number): Promise<string>
  /** @throws AppError INVALID_BEARER_TOKEN */
  verifyFor<T>(audience: string, token: string, claims: z.ZodType<T>): Promise<T>
}

/** Makes and checks the JSON web tokens of this server (HS256). */
export function createTokens(jwtSecret: string): Tokens {
  const key = new TextEncoder().encode(jwtSecret)

  const sign = (claims: Record<string, unknown>, seconds: number, audience?: string): Promise<string> => {
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: KEY_ID, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    return (audience === undefined ? token : token.setAudience(audience)).sign(key)
  }

  const read = async (token: string, audience?: string): Promise<unknown> => {
    try {
      const options = { issuer: ISSUER, algorithms: ['HS256'] }
      const { payload } = await jwtVerify(token, key, audience === undefined ? options : { ...options, audience })
      // A token for one purpose must not pass for a session.
      if (audience === undefined && payload.aud !== undefined) throw new errors.JWTInvalid('unexpected audience')
      return payload
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      const message =
        error instanceof errors.JWTExpired ? 'the token has expired: sign in again' : 'the token is not valid'
      throw new AppError('INVALID_BEARER_TOKEN', { message })
    }
  }

  const shaped = <T>(schema: z.ZodType<T>, payload: unknown): T => {
    const parsed = schema.safeParse(payload)
    if (parsed.success) return parsed.data
    throw new AppError('INVALID_BEARER_TOKEN', { message: 'the token is not valid' })
  }

  return {
    user({ id, platformId, tokenVersion, sso, session }) {
      const claims = { id, type: 'USER', platform: { id: platformId }, tokenVersion, ...(sso && { sso }) }
      if (!session) return sign(claims, USER_TOKEN_SECONDS)
      const left = Math.floor((session.expiresAt - Date.now()) / 1000)
      return sign({ ...claims, sid: session.id, turn: session.turn }, Math.min(USER_TOKEN_SECONDS, left))
    },
    engine: ({ id, projectId, platformId }) =>
      sign({ id, type: 'ENGINE', projectId, platform: { id: platformId } }, ENGINE_TOKEN_SECONDS),
    worker: ({ id }) => sign({ id, type: 'WORKER' }, LONG_LIVED_SECONDS),
    verify: async (token) => shaped(Claims, await read(token)),
    signFor: (audience, claims, seconds = LONG_LIVED_SECONDS) => sign(claims, seconds, audience),
    verifyFor: async (audience, token, claims) => shaped(claims, await read(token, audience)),
  }
}
