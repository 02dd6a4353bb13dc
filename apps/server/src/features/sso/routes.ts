import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import { presentSession } from '../authentication/present.ts'
import type { SignInCookie } from './cookie.ts'
import type { SsoDomains } from './domain.ts'
import type { Saml } from './saml.ts'
import type { SingleSignOn } from './service.ts'
import type { TestSignIns } from './test-sign-in.ts'

interface Parts {
  sso: SingleSignOn
  tests: TestSignIns
  domains: SsoDomains
  cookies: SignInCookie
  saml: Saml
  frontendUrl: string
}

const MAX_FORM_BYTES = 1_500_000

export async function ssoRoutes(app: FastifyInstance, parts: Parts): Promise<void> {
  const { sso, tests, saml, domains, cookies, frontendUrl } = parts

  implement(app, api.sso.discover, ({ body }) => sso.discover(body.email))

  implement(app, api.sso.login, async ({ query, reply }) => {
    const { loginUrl, cookie } = await sso.begin(query.providerName, query.platformId)
    reply.header('set-cookie', cookie).header('cache-control', 'no-store')
    return { loginUrl }
  })

  implement(app, api.sso.claim, async ({ body, request, reply }) => {
    reply.header('set-cookie', cookies.clear).header('cache-control', 'no-store')
    return presentSession(await sso.claim(body, request.headers.cookie, app.clientOf(request)))
  })

  implement(app, api.sso.link, async ({ actor, body, request, reply }) => {
    reply.header('set-cookie', cookies.clear)
    await sso.link(actor, body, request.headers.cookie)
    return {}
  })

  implement(app, api.sso.links, async ({ actor }) => singlePage(await sso.links(actor)))

  implement(app, api.sso.unlink, ({ actor, params }) => sso.unlink(actor, params.id))

  implement(app, api.sso.beginTest, async ({ actor, body, reply }) => {
    const { loginUrl, cookie } = await tests.begin(actor, body.providerName)
    reply.header('set-cookie', cookie).header('cache-control', 'no-store')
    return { loginUrl }
  })

  implement(app, api.sso.endTest, async ({ actor, body, request, reply }) => {
    reply.header('set-cookie', cookies.clear).header('cache-control', 'no-store')
    return tests.end(actor, body, request.headers.cookie)
  })

  implement(app, api.sso.samlMetadata, async ({ reply }) =>
    reply.type('application/samlmetadata+xml').send(await saml.metadata()),
  )

  implement(app, api.sso.samlLogin, async ({ query, reply }) => {
    const { loginUrl, cookie } = await sso.begin('saml', query.platformId)
    return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(loginUrl)
  })

  // The form comes from another site, without cookies: the browser has to come back with the code and its cookie.
  await app.register(async (scope) => {
    const form = { parseAs: 'string', bodyLimit: MAX_FORM_BYTES } as const
    scope.addContentTypeParser('application/x-www-form-urlencoded', form, (_, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    implement(scope, api.sso.samlAcs, async ({ body, reply }) => {
      // The browser shows this answer to a person.
      const outcome = await saml.receive(body.SAMLResponse).then(
        (code) => ({ code }),
        (error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'INVALID_SAML_RESPONSE') throw error
          app.log.warn({ reason: error.message }, 'an answer of a SAML identity provider is not accepted')
          return { error: error.code }
        },
      )
      const query = new URLSearchParams({ providerName: 'saml', ...outcome })
      return reply.header('cache-control', 'no-store').redirect(`${frontendUrl}/authenticate?${query}`, 303)
    })
  })

  implement(app, api.sso.setDomain, ({ actor, body }) => domains.set(actor, body.ssoDomain))

  implement(app, api.sso.verifyDomain, ({ actor }) => domains.verify(actor))
}
