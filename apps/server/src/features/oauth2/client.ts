import { AppError } from '@piecework/model/errors'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { Outbound } from '../../http/outbound.ts'
import type { OAuthApps } from '../oauth-apps/service.ts'
import { type FilledUrl, fillText, fillUrl } from './placeholders.ts'
import { type GrantType, grantTypeOf, oauth2PropertyOf } from './property.ts'
import { requestToken, type Token, TokenError } from './token-request.ts'
import type { StoredOAuth2 } from './value.ts'

/** The value that a client sends to exchange a code for a token. */
export interface ClaimValue {
  type: 'OAUTH2' | 'PLATFORM_OAUTH2'
  client_id: string
  client_secret?: string | undefined
  code?: string | undefined
  /** The verifier of the code challenge: the name is that of the API. */
  code_challenge?: string | undefined
  scope?: string | undefined
  redirect_url?: string | undefined
  grant_type?: GrantType | undefined
  authorization_method?: 'HEADER' | 'BODY' | undefined
  props?: Record<string, unknown> | undefined
}

export interface Claim {
  platformId: string
  piece: PieceMetadata
  value: ClaimValue
  /** Whether who asks administers the platform. */
  isAdmin: boolean
}

/** Gets tokens from the services that pieces name. */
export interface OAuth2Client {
  /** @throws AppError INVALID_CLAIM in the words of the service, INVALID_APP_CONNECTION, ENTITY_NOT_FOUND of the app */
  claim(claim: Claim): Promise<StoredOAuth2>
  /** The value with a new token. @throws TokenError */
  renew(platformId: string, pieceName: string, value: StoredOAuth2): Promise<StoredOAuth2>
}

interface Parts {
  outbound: Outbound
  apps: OAuthApps
  now?(): number
}

export function createOAuth2Client({ outbound, apps, now = Date.now }: Parts): OAuth2Client {
  const secretFor = async (platformId: string, pieceName: string, value: ClaimValue | StoredOAuth2): Promise<string> =>
    value.type === 'OAUTH2' ? (value.client_secret ?? '') : apps.secretOf(platformId, pieceName, value.client_id)

  return {
    async claim({ platformId, piece, value, isAdmin }) {
      const property = oauth2PropertyOf(piece)
      const grantType = grantTypeOf(property, value.grant_type)
      const tokenUrl = fillUrl(property.tokenUrl, property.props, value.props)
      requireTrusted(tokenUrl, value, isAdmin)
      const clientSecret = await secretFor(platformId, piece.name, value)
      const scope = fillText(value.scope ?? property.scope.join(' '), property.props, value.props)
      const base = {
        type: value.type,
        client_id: value.client_id,
        ...(value.type === 'OAUTH2' ? { client_secret: clientSecret } : {}),
        ...(value.redirect_url === undefined ? {} : { redirect_url: value.redirect_url }),
        token_url: tokenUrl.url.href,
        grant_type: grantType,
        authorization_method: value.authorization_method ?? property.authorizationMethod ?? ('BODY' as const),
        ...(value.props ? { props: value.props } : {}),
        scope,
      }
      const fields = grantType === 'client_credentials' ? clientFields(base) : codeFields(value)
      try {
        return withToken(base, await requestToken(outbound, requestOf(base, clientSecret, fields)), now())
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        const { redirect_url: redirectUrl = null, client_id: clientId, token_url } = base
        const params = { redirectUrl, tokenUrl: token_url, clientId, message: error.message }
        throw new AppError('INVALID_CLAIM', params, { cause: error })
      }
    },

    async renew(platformId, pieceName, value) {
      const clientSecret = await secretFor(platformId, pieceName, value)
      const fields =
        value.grant_type === 'client_credentials'
          ? clientFields(value)
          : { grant_type: 'refresh_token', refresh_token: value.refresh_token ?? '' }
      const token = await requestToken(outbound, requestOf(value, clientSecret, fields))
      const at = now()
      return { ...value, ...withToken(value, token, at), data: { ...value.data, ...token.data }, renewed_at: at }
    },
  }
}

type Base = Omit<StoredOAuth2, 'access_token' | 'token_type' | 'claimed_at' | 'data'>

const requestOf = (base: Base, clientSecret: string, fields: Record<string, string>) => ({
  tokenUrl: base.token_url,
  clientId: base.client_id,
  clientSecret,
  method: base.authorization_method,
  fields,
})

function codeFields({ code, redirect_url, code_challenge }: ClaimValue): Record<string, string> {
  if (!code) throw new AppError('INVALID_REQUEST', { message: 'body/value/code: is required to claim a token' })
  return {
    grant_type: 'authorization_code',
    code,
    ...(redirect_url ? { redirect_uri: redirect_url } : {}),
    ...(code_challenge ? { code_verifier: code_challenge } : {}),
  }
}

/** Services that know nobody but the client want its properties (an audience, an account) with the request. */
function clientFields({ scope, props = {} }: Pick<Base, 'scope' | 'props'>): Record<string, string> {
  const texts = Object.entries(props).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, `${value}`]] : [],
  )
  return { ...Object.fromEntries(texts), grant_type: 'client_credentials', ...(scope ? { scope } : {}) }
}

function withToken<B extends Base>(base: B, token: Token, now: number) {
  const { expires_in: _, ...rest } = base
  return {
    ...rest,
    ...token,
    scope: token.scope ?? base.scope,
    claimed_at: Math.floor(now / 1000),
  } satisfies StoredOAuth2
}

/** Who may name the host that is called with the platform's secret could have the secret sent to himself. */
function requireTrusted({ freeHost }: FilledUrl, { type }: ClaimValue, isAdmin: boolean): void {
  if (type !== 'PLATFORM_OAUTH2' || !freeHost || isAdmin) return
  const message = 'users choose the address of the service, so only an administrator may use the app of the platform'
  throw new AppError('AUTHORIZATION', { message })
}
