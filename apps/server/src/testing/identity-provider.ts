import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'

const CLIENT = { clientId: 'piecework', clientSecret: 'a-secret-of-the-client-of-32-letters' }

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

export interface Account {
  email?: string
  email_verified?: boolean
  given_name?: string
  family_name?: string
}

/** A real provider of OpenID Connect. It asks nothing: `current` is who signs in. */
export async function startOidcProvider(redirectUrl: string, accounts: Record<string, Account>) {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => {}
  const { server, url } = await listen((request, response) => handle(request, response))
  let current = ''
  const provider = new Provider(url, {
    clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUrl] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    cookies: { keys: ['a key of a test'] },
    features: { devInteractions: { enabled: false } },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  })
  const serve = provider.callback()
  handle = async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return serve(request, response)
    const { params } = await provider.interactionDetails(request, response)
    const grant = new provider.Grant({ accountId: current, clientId: String(params.client_id) })
    grant.addOIDCScope('openid email profile')
    const consent = { grantId: await grant.save() }
    await provider.interactionFinished(request, response, { login: { accountId: current }, consent })
  }
  return {
    url,
    client: CLIENT,
    /** The person who signs in from now on, in any browser. */
    become(account: string): void {
      current = account
    },
    /** A browser goes through the pages of the provider. @returns what it comes back with */
    async signIn(loginUrl: string, account: string): Promise<{ code: string; state: string; iss?: string }> {
      current = account
      const cookies = new Map<string, string>()
      let next = loginUrl
      while (!next.startsWith(redirectUrl)) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const answer = await fetch(next, { redirect: 'manual', headers: { cookie } })
        for (const set of answer.headers.getSetCookie()) {
          const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
          cookies.set(name, value)
        }
        const location = answer.headers.get('location')
        if (!location) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`)
        next = new URL(location, next).href
      }
      const { code = '', state = '', iss } = Object.fromEntries(new URL(next).searchParams)
      return { code, state, ...(iss === undefined ? {} : { iss }) }
    },
    close: () => close(server),
  }
}

/** A provider that says whatever a test wants it to say; it is GitHub, too. */
export async function startLyingProvider() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'RS256' }
  let idToken = ''
  let github: { user: object; emails: object[] } = { user: {}, emails: [] }
  const { server, url } = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', url)
    const answers: Record<string, unknown> = {
      '/.well-known/openid-configuration': {
        ...{
          issuer: url,
          authorization_endpoint: `${url}/auth`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/jwks`,
        },
        ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      },
      '/jwks': { keys: [key] },
      '/token': { access_token: 'a', token_type: 'Bearer', id_token: idToken },
      '/login/oauth/access_token': { access_token: 'a', token_type: 'bearer', scope: 'user:email' },
      '/api/v3/user': github.user,
      '/api/v3/user/emails': github.emails,
    }
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.writeHead(answers[pathname] ? 200 : 404).end(JSON.stringify(answers[pathname] ?? {}))
  })
  const claims = (nonce: string): JWTPayload => {
    const now = Math.floor(Date.now() / 1000)
    return {
      ...{ iss: url, aud: CLIENT.clientId, sub: 'liar', nonce, iat: now, exp: now + 300 },
      ...{ email: 'liar@example.com', email_verified: true },
    }
  }
  const sign = (payload: JWTPayload) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(privateKey)
  return {
    ...{ url, client: CLIENT, claims, sign },
    publicKey: JSON.stringify(key),
    sayToken: (token: string) => {
      idToken = token
    },
    sayGithub: (user: object, emails: object[]) => {
      github = { user, emails }
    },
    close: () => close(server),
  }
}
