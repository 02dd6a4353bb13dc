import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface TokenCall {
  grant: string
  authorization: string | undefined
  fields: Record<string, string>
}

export interface OAuth2Server extends AsyncDisposable {
  url: string
  /** Every call of the token endpoint. */
  calls: TokenCall[]
  /** How the server behaves from now on. */
  mode: {
    /** Seconds that tokens live; with `null` the answer does not say. */
    expiresIn: number | string | null
    /** The answer of the token endpoint in place of a token. */
    failure?: { status: number; body: string; type?: string }
    /** How long a token takes. */
    delayMs: number
    rotates: boolean
    /** The consent of the user when it is not a plain yes, or its forgery by an attacker. */
    consent?: 'REFUSED' | 'OTHER_STATE'
    /** Asks the user on a page that cuts itself off from the window that opened it, as some services do. */
    isolates?: boolean
    /** Further fields of its answers. */
    more: Record<string, unknown>
  }
  /** Opens the authorization URL as a browser does whose user says yes. @returns the address of the redirect. */
  authorize(authorizationUrl: string): Promise<URL>
  /** Whether an API would take the token now. */
  accepts(accessToken: string): boolean
}

const CLIENT = { id: 'the-client', secret: 'the secret of the client' }

/**
 * A real OAuth2 authorization server: codes of one use with PKCE, refresh tokens of one use, both ways of client
 * authentication. A client that uses a refresh token twice loses the grant, as with all services that rotate them.
 */
export async function startOAuth2Server(): Promise<OAuth2Server & { client: typeof CLIENT }> {
  const codes = new Map<string, { challenge: string | null; method: string | null; redirect: string; scope: string }>()
  const refreshTokens = new Map<string, 'GOOD' | 'USED'>()
  const accessTokens = new Set<string>()
  let count = 0
  const calls: TokenCall[] = []
  const mode: OAuth2Server['mode'] = { expiresIn: 3600, delayMs: 0, rotates: true, more: {} }

  const refuse = (error: string, description: string, status = 400) => ({
    status,
    body: { error, error_description: description },
  })

  const grant = (scope: string | undefined, withRefresh: boolean, old?: string) => {
    const access = `access-${++count}`
    accessTokens.add(access)
    const refresh = withRefresh ? (old !== undefined && !mode.rotates ? old : `refresh-${count}`) : undefined
    if (refresh !== undefined) refreshTokens.set(refresh, 'GOOD')
    const sent = refresh !== undefined && refresh !== old ? { refresh_token: refresh } : {}
    const lives = mode.expiresIn === null ? {} : { expires_in: mode.expiresIn }
    return { status: 200, body: { access_token: access, token_type: 'Bearer', scope, ...sent, ...lives, ...mode.more } }
  }

  const token = (call: TokenCall) => {
    const { fields, authorization } = call
    const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`
    const known = authorization === basic || (fields.client_id === CLIENT.id && fields.client_secret === CLIENT.secret)
    if (!known) return refuse('invalid_client', `no client of this secret: ${fields.client_secret}`, 401)
    if (call.grant === 'client_credentials') return grant(fields.scope, false)
    if (call.grant === 'refresh_token') {
      const state = refreshTokens.get(fields.refresh_token ?? '')
      if (state !== 'GOOD') {
        refreshTokens.clear()
        return refuse('invalid_grant', 'The refresh token was revoked')
      }
      if (mode.rotates) refreshTokens.set(fields.refresh_token ?? '', 'USED')
      return grant(undefined, true, fields.refresh_token)
    }
    const code = codes.get(fields.code ?? '')
    codes.delete(fields.code ?? '')
    if (!code || code.redirect !== fields.redirect_uri) return refuse('invalid_grant', 'The code has expired')
    const verifier = fields.code_verifier ?? ''
    const challenge = code.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
    if ((code.challenge ?? '') !== challenge) return refuse('invalid_grant', 'The verifier does not fit')
    return grant(code.scope, true)
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/authorize') {
      const query = url.searchParams
      const code = `code-${++count}`
      codes.set(code, {
        challenge: query.get('code_challenge'),
        method: query.get('code_challenge_method'),
        redirect: query.get('redirect_uri') ?? '',
        scope: query.get('scope') ?? '',
      })
      const back = new URL(query.get('redirect_uri') ?? '')
      if (mode.consent === 'REFUSED') {
        back.searchParams.set('error', 'access_denied')
        back.searchParams.set('error_description', 'The user said no')
      } else back.searchParams.set('code', code)
      back.searchParams.set('state', mode.consent === 'OTHER_STATE' ? 'another' : (query.get('state') ?? ''))
      if (mode.isolates) {
        response.setHeader('cross-origin-opener-policy', 'same-origin')
        response.setHeader('content-type', 'text/html')
        response.end(`<title>Service</title><a href="${back.href.replaceAll('&', '&amp;')}">Allow</a>`)
      } else response.writeHead(302, { location: back.href }).end()
      return
    }
    if (url.pathname !== '/token') {
      response.writeHead(404).end()
      return
    }
    const fields = Object.fromEntries(new URLSearchParams(await textOf(request)))
    const call = { grant: fields.grant_type ?? '', authorization: request.headers.authorization, fields }
    calls.push(call)
    await delay(mode.delayMs)
    if (mode.failure) {
      const { status, body, type = 'application/json' } = mode.failure
      response.writeHead(status, { 'content-type': type }).end(body)
      return
    }
    const answer = token(call)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    client: CLIENT,
    calls,
    mode,
    async authorize(authorizationUrl) {
      const answer = await fetch(authorizationUrl, { redirect: 'manual' })
      return new URL(answer.headers.get('location') ?? '')
    },
    accepts: (accessToken) => accessTokens.has(accessToken),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += part
  return text
}
