import type { OAuth2Server } from '../../testing/oauth2-server.ts'
import type { Person, TestServer } from '../../testing/server.ts'

export const NAME = '@acme/piece-mail'
export const VERSION = '1.0.0'
export const REDIRECT = 'https://flows.example.com/redirect'

/** A piece whose one action tells which token it was given. */
export const mailPiece = (serviceUrl: string) => ({
  name: NAME,
  version: VERSION,
  source: `
    import { createHash } from 'node:crypto'
    import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
    const auth = PieceAuth.OAuth2({
      required: true,
      authUrl: '${serviceUrl}/authorize?tenant={tenant}',
      tokenUrl: '${serviceUrl}/token?tenant={tenant}',
      scope: ['read', '{tenant}/send'],
      pkce: true, pkceMethod: 'S256',
      grantType: 'both_client_credentials_and_authorization_code',
      props: {
        tenant: Property.StaticDropdown({
          displayName: 'Tenant', required: true, defaultValue: 'home',
          options: { options: [{ label: 'Home', value: 'home' }, { label: 'Work', value: 'work' }] },
        }),
      },
      validate: async ({ auth }) =>
        auth.access_token && auth.data?.forbidden !== true ? { valid: true } : { valid: false, error: 'no such mailbox' },
    })
    const send = createAction({
      name: 'send', displayName: 'Send', description: '', auth, props: {},
      // The output masks the token; the digest shows which one it was.
      run: async ({ auth }) => ({ auth, digest: createHash('sha256').update(auth.access_token).digest('hex') }),
    })
    export const mail = createPiece({ displayName: 'Mail', logoUrl: 'x', authors: [], auth, actions: [send], triggers: [] })`,
})

/** Goes the way of a user who connects a piece. */
export function oauth2User(server: TestServer, owner: Person, service: OAuth2Server) {
  const authorizationUrl = async (more: object = {}) => {
    const { body } = await server.call<{ authorizationUrl: string; codeVerifier?: string }>(
      'POST',
      '/v1/app-connections/oauth2/authorization-url',
      { token: owner.token, body: { pieceName: NAME, clientId: 'the-client', redirectUrl: REDIRECT, ...more } },
    )
    return body
  }

  /** Asks for a code and gives what is to be sent with it. */
  const consent = async (more: object = {}) => {
    const { authorizationUrl: url, codeVerifier } = await authorizationUrl(more)
    const back = await service.authorize(url)
    return {
      client_id: 'the-client',
      client_secret: 'the secret of the client',
      code: back.searchParams.get('code'),
      code_challenge: codeVerifier,
      scope: 'read home/send',
      redirect_url: REDIRECT,
    }
  }

  const upsert = (externalId: string, value: object, type = 'OAUTH2', token = owner.token) =>
    server.call<{ id: string; status: string }>('POST', '/v1/app-connections', {
      token,
      body: {
        externalId,
        displayName: externalId,
        pieceName: NAME,
        projectId: owner.projectId,
        type,
        value: { type, ...value },
      },
    })

  return {
    authorizationUrl,
    consent,
    upsert,
    connect: async (externalId: string) => {
      const made = await upsert(externalId, await consent())
      if (made.status !== 201) throw new Error(`Connecting answered ${made.status}: ${JSON.stringify(made.body)}`)
      return made.body
    },
    /** As an engine asks for it. */
    open: async (externalId: string, at = server) => {
      const ref = { id: 'job', projectId: owner.projectId, platformId: owner.platformId }
      const token = await server.server.tokens.engine(ref)
      return at.call<{ status: string; value: Record<string, unknown>; params: Record<string, unknown> }>(
        'GET',
        `/v1/worker/app-connections/${externalId}`,
        { token },
      )
    },
  }
}
