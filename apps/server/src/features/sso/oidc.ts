import { AppError } from '@piecework/model/errors'
import { LRUCache } from 'lru-cache'
import * as client from 'openid-client'
import { z } from 'zod'
import type { Outbound } from '../../http/outbound.ts'
import type { OidcProvider } from '../platforms/auth-providers.ts'
import { type Attempt, attempt } from './attempt.ts'
import { listAttributes } from './attributes.ts'
import type { Begun, Started } from './cookie.ts'
import type { OutsidePerson } from './outside-person.ts'

/** The answer that a provider sends by the browser. */
export interface Returned {
  code: string
  state?: string | undefined
  iss?: string | undefined
}

/** Signs people in by OpenID Connect, and by the OAuth2 of GitHub, which has no identity tokens. */
export interface Oidc {
  begin(provider: OidcProvider): Promise<{ loginUrl: string; started: Begun }>
  /** @throws AppError INVALID_CLAIM */
  end(provider: OidcProvider, started: Started, returned: Returned): Promise<OutsidePerson>
  /** As `end`, for who wants to know what arrived. */
  attempt(provider: OidcProvider, started: Started, returned: Returned): Promise<Attempt>
}

interface Parts {
  outbound: Outbound
  redirectUrl: string
  /** Providers over http:// are spoken to, too. */
  allowsHttp: boolean
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1024 * 1024
/** Keys and addresses of providers are read again after it. */
const KEEP_MS = 10 * 60_000
const KEPT = 100
const NAMES = {
  given_name: z.string().max(500).optional().catch(undefined),
  family_name: z.string().max(500).optional().catch(undefined),
  name: z.string().max(500).optional().catch(undefined),
}
const Claims = z.object({ email: z.string().max(254).optional(), email_verified: z.unknown().optional(), ...NAMES })

export function createOidc({ outbound, redirectUrl, allowsHttp }: Parts): Oidc {
  const configurations = new LRUCache<string, client.Configuration>({ max: KEPT, ttl: KEEP_MS })

  /** Every request goes out through the filter. */
  const fetchOut: client.CustomFetch = async (url, { body, headers, method, signal }) => {
    const text = body === null || body === undefined ? undefined : String(body)
    return outbound(url, {
      ...{ method, headers: Object.fromEntries(new Headers(headers)), timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
      ...{ redirect: 'manual' as const },
      ...(text === undefined ? {} : { body: text }),
      ...(signal ? { signal } : {}),
    })
  }

  const discover = async (provider: OidcProvider): Promise<client.Configuration> => {
    const { name, clientId, clientSecret, issuer } = provider
    if (name === 'github') {
      const server = {
        ...{ issuer, authorization_endpoint: `${issuer}/login/oauth/authorize` },
        token_endpoint: `${issuer}/login/oauth/access_token`,
      }
      const configuration = new client.Configuration(server, clientId, {}, client.ClientSecretPost(clientSecret))
      configuration[client.customFetch] = fetchOut
      if (allowsHttp) client.allowInsecureRequests(configuration)
      return configuration
    }
    return client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      [client.customFetch]: fetchOut,
      timeout: TIMEOUT_MS / 1000,
      // The library would believe a token that came over TLS without a look at its signature.
      execute: [client.enableNonRepudiationChecks, ...(allowsHttp ? [client.allowInsecureRequests] : [])],
    })
  }

  const configurationOf = async (provider: OidcProvider): Promise<client.Configuration> => {
    const key = JSON.stringify(provider)
    const known = configurations.get(key)
    if (known) return known
    const found = await refused(`${provider.name} could not be reached`, () => discover(provider))
    configurations.set(key, found)
    return found
  }

  const personOfGithub = async ({ issuer }: OidcProvider, token: string) => {
    const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' }
    const get = async (path: string): Promise<unknown> => {
      const answer = await outbound(`${api}${path}`, { headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
      return answer.json()
    }
    const { id, name } = z.object({ id: z.number().int(), name: z.string().nullish() }).parse(await get('/user'))
    const Address = z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() })
    const primary = z
      .array(Address)
      .parse(await get('/user/emails'))
      .find((address) => address.primary)
    const claims = { id, email: primary?.email, email_verified: primary?.verified === true, name: name ?? undefined }
    return { subject: String(id), claims }
  }

  const personOf = async (configuration: client.Configuration, tokens: Tokens) => {
    const claims = tokens.claims()
    if (!claims) throw new Error('There is no ID token')
    const { sub } = claims
    // Some providers say no more in the token than who it is.
    const more = Claims.parse(claims).email ? {} : await client.fetchUserInfo(configuration, tokens.access_token, sub)
    return { subject: sub, claims: { ...claims, ...more } }
  }

  /** The answer of the provider, which is proved to be its answer to this sign-in. */
  const receive = async (
    provider: OidcProvider,
    { state, nonce, verifier, platformId }: Started,
    returned: Returned,
  ): Promise<Received> => {
    const configuration = await configurationOf(provider)
    const url = new URL(redirectUrl)
    for (const [name, value] of Object.entries(returned)) if (value !== undefined) url.searchParams.set(name, value)
    const isGithub = provider.name === 'github'
    const answer = await refused(`${provider.name} did not confirm the sign-in`, async () => {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        ...{ pkceCodeVerifier: verifier, expectedState: state },
        ...(isGithub ? {} : { expectedNonce: nonce, idTokenExpected: true }),
      })
      return isGithub ? personOfGithub(provider, tokens.access_token) : personOf(configuration, tokens)
    })
    return { ...answer, provider, platformId }
  }

  return {
    async begin(provider) {
      const configuration = await configurationOf(provider)
      const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()]
      const isGithub = provider.name === 'github'
      const url = client.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: redirectUrl, scope: isGithub ? 'read:user user:email' : 'openid email profile', state },
        ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
        ...(isGithub ? {} : { nonce }),
      })
      return { loginUrl: url.href, started: { provider: provider.name, state, nonce, verifier } }
    },

    end: async (...answer) => outsidePersonOf(await receive(...answer)),

    attempt: (...answer) =>
      attempt(
        () => receive(...answer),
        ({ claims }) => listAttributes(claims),
        outsidePersonOf,
      ),
  }
}

interface Received {
  platformId: string
  provider: OidcProvider
  subject: string
  claims: Record<string, unknown>
}

function outsidePersonOf({ platformId, provider, subject, claims }: Received): OutsidePerson {
  const known = Claims.safeParse(claims)
  if (!known.data?.email)
    throw new AppError('INVALID_CLAIM', { message: `${provider.name} says no address of this person` })
  const { email, email_verified, given_name, family_name, name } = known.data
  const [first = '', ...rest] = (name ?? '').trim().split(/\s+/)
  return {
    ...{ platformId, provider: provider.name, issuer: provider.issuer, subject, email },
    isEmailVerified: email_verified === true || email_verified === 'true',
    firstName: given_name ?? first,
    lastName: family_name ?? rest.join(' '),
  }
}

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>

async function refused<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('INVALID_CLAIM', { message: `${what}: ${reason}` }, { cause: error })
  }
}
