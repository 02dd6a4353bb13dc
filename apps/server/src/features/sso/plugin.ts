import type { Core } from '../../core.ts'
import { API_PREFIX } from '../../http/route.ts'
import type { Plugin } from '../plugin.ts'
import type { SessionMaker } from '../sessions/open.ts'
import { createSignInCookie } from './cookie.ts'
import { createSsoDomains } from './domain.ts'
import { createOidc } from './oidc.ts'
import { ssoRoutes } from './routes.ts'
import { createSaml } from './saml.ts'
import { createSingleSignOn } from './service.ts'
import { createTestSignIns } from './test-sign-in.ts'

type Parts = Pick<Core, 'db' | 'outbox' | 'encryption' | 'outbound' | 'settings'> & { sessionMaker: SessionMaker }

export function sso({ settings, outbound, ...parts }: Parts): Plugin {
  const { frontendUrl, ssoAllowHttp: allowsHttp, dnsServers } = settings
  const cookies = createSignInCookie(parts.encryption, frontendUrl.startsWith('https://'))
  const oidc = createOidc({ outbound, redirectUrl: `${frontendUrl}/redirect`, allowsHttp })
  const saml = createSaml({ ...parts, callbackUrl: `${frontendUrl}${API_PREFIX}/v1/authn/saml/acs` })
  const sso = createSingleSignOn({ ...parts, oidc, saml, cookies })
  const tests = createTestSignIns({ ...parts, oidc, saml, cookies })
  const domains = createSsoDomains({ ...parts, dnsServers })
  return { name: 'sso', routes: (app) => ssoRoutes(app, { sso, tests, saml, domains, cookies, frontendUrl }) }
}
