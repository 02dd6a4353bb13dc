import { createHash } from 'node:crypto'
import { AppError } from '@piecework/model/errors'
import { randomText } from '@piecework/model/ids'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { fillText, fillUrl } from './placeholders.ts'
import { oauth2PropertyOf } from './property.ts'

/** The shortest verifier that RFC 7636 allows. */
const VERIFIER_LENGTH = 43
const STATE_LENGTH = 21

export interface AuthorizationRequest {
  piece: PieceMetadata
  clientId: string
  redirectUrl: string
  /** In place of those that the piece asks for. */
  scopes?: readonly string[] | undefined
  props?: Record<string, unknown> | undefined
}

/**
 * The URL at which a user lets the piece in. The verifier, if the piece uses PKCE, goes back with the code.
 * @throws AppError INVALID_APP_CONNECTION, INVALID_REQUEST naming the property
 */
export function authorizationUrl({ piece, clientId, redirectUrl, scopes, props }: AuthorizationRequest): {
  authorizationUrl: string
  codeVerifier?: string
} {
  const property = oauth2PropertyOf(piece)
  if (property.grantType === 'client_credentials') {
    const error = `${piece.name} gets its tokens without asking a user`
    throw new AppError('INVALID_APP_CONNECTION', { error, message: error })
  }
  const { url } = fillUrl(property.authUrl, property.props, props)
  const scope = fillText((scopes ?? property.scope).join(' '), property.props, props)
  const set = (name: string, value: string) => url.searchParams.set(name, value)
  set('response_type', 'code')
  set('client_id', clientId)
  set('redirect_uri', redirectUrl)
  set('access_type', 'offline')
  if (scope !== '') set('scope', scope)
  set('state', randomText(STATE_LENGTH))
  if (property.prompt !== 'omit') set('prompt', property.prompt ?? 'consent')
  for (const [name, value] of Object.entries(property.extra ?? {})) set(name, value)
  if (!property.pkce) return { authorizationUrl: url.href }
  // Pieces that do not say how were written for services that take it plainly.
  const method = property.pkceMethod ?? 'plain'
  const codeVerifier = randomText(VERIFIER_LENGTH)
  const challenge = method === 'plain' ? codeVerifier : createHash('sha256').update(codeVerifier).digest('base64url')
  set('code_challenge_method', method)
  set('code_challenge', challenge)
  return { authorizationUrl: url.href, codeVerifier }
}
