import type { ProviderName } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import type { Encryption } from '../../encryption.ts'
import { type OidcProvider, openProvider } from '../platforms/auth-providers.ts'
import type { PlatformRow } from '../platforms/store.ts'
import type { SignInCookie } from './cookie.ts'
import type { Oidc } from './oidc.ts'
import type { Saml } from './saml.ts'

interface Parts {
  encryption: Encryption
  oidc: Oidc
  saml: Saml
  cookies: SignInCookie
}

/** @returns the address to go to, and the cookie to set @throws AppError VALIDATION, INVALID_CLAIM */
type Beginning = (
  name: ProviderName,
  platform: PlatformRow | undefined,
  isTest: boolean,
) => Promise<{ loginUrl: string; cookie: string }>

/** Sends a browser to a provider of a platform. */
export function createBeginning({ encryption, oidc, saml, cookies }: Parts): Beginning {
  return async (name, wanted, isTest) => {
    if (name === 'saml') {
      if (!wanted) throw nobodyBy(name)
      const { loginUrl, started } = await saml.begin(wanted, isTest)
      return { loginUrl, cookie: cookies.make({ ...started, platformId: wanted.id, isTest }) }
    }
    const { platform, provider } = findProvider(name, wanted, encryption)
    const { loginUrl, started } = await oidc.begin(provider)
    return { loginUrl, cookie: cookies.make({ ...started, platformId: platform.id, isTest }) }
  }
}

/** @throws AppError VALIDATION; a platform that is not there is answered like one without the provider */
export function findProvider(
  name: OidcProvider['name'],
  platform: PlatformRow | undefined,
  encryption: Encryption,
): { platform: PlatformRow; provider: OidcProvider } {
  const provider = platform && openProvider(platform.federatedAuthProviders, name, encryption)
  if (!platform || !provider) throw nobodyBy(name)
  return { platform, provider }
}

const nobodyBy = (name: ProviderName): AppError =>
  new AppError('VALIDATION', { message: `nobody signs in by ${name} here` })

export const otherSignIn = (): AppError =>
  new AppError('INVALID_CLAIM', { message: 'the answer belongs to another sign-in: begin again' })
