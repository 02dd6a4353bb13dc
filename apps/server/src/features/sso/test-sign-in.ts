import type { ProviderName, TestSignIn } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { ssoPolicy } from '../../policies/sso.ts'
import { type PlatformRow, selectPlatform } from '../platforms/store.ts'
import { adviceOf } from './advice.ts'
import type { Attempt } from './attempt.ts'
import { createBeginning, findProvider, otherSignIn } from './begin.ts'
import type { SignInCookie, Started } from './cookie.ts'
import { rehearse } from './enter.ts'
import type { Oidc, Returned } from './oidc.ts'
import type { OutsidePerson } from './outside-person.ts'
import type { Saml } from './saml.ts'

/** A sign-in that an administrator makes to see whether a provider is set up well: it lets nobody in. */
export interface TestSignIns {
  /** @returns the address to go to, and the cookie to set @throws AppError VALIDATION, INVALID_CLAIM */
  begin(actor: Actor, name: ProviderName): Promise<{ loginUrl: string; cookie: string }>
  /** @throws AppError INVALID_CLAIM when the answer belongs to no test of this platform */
  end(actor: Actor, answer: Returned, cookie: string | undefined): Promise<TestSignIn>
}

interface Parts {
  db: Db
  outbox: Outbox
  encryption: Encryption
  oidc: Oidc
  saml: Saml
  cookies: SignInCookie
}

export function createTestSignIns(parts: Parts): TestSignIns {
  const { db, outbox, encryption, oidc, saml, cookies } = parts
  const beginning = createBeginning(parts)

  const arrived = async (platform: PlatformRow, started: Started, returned: Returned): Promise<Attempt> => {
    if (started.provider === 'saml') return saml.attempt(started, returned.code)
    if (returned.state !== started.state) throw otherSignIn()
    const { provider } = findProvider(started.provider, platform, encryption)
    return oidc.attempt(provider, started, returned)
  }

  return {
    async begin(actor, name) {
      authorize(actor, ssoPolicy.beginTest)
      return beginning(name, await selectPlatform(db, actor.platformId), true)
    },

    async end(actor, returned, cookie) {
      authorize(actor, ssoPolicy.endTest)
      const started = cookies.read(cookie)
      const platform = await selectPlatform(db, actor.platformId)
      if (!platform || !started.isTest || started.platformId !== platform.id) throw otherSignIn()
      const { attributes, person, refusal } = await arrived(platform, started, returned)
      if (!person) return { ...refusedBy(refusal), attributes, account: null }
      const account = accountOf(person)
      try {
        const { by, identity, user } = await rehearse(outbox, platform, person, actor.ip)
        const shown = { email: identity.email, platformRole: user.platformRole }
        return { outcome: by, account, attributes, person: shown, refusal: null }
      } catch (error) {
        if (error instanceof AppError) return { ...refusedBy(error), attributes, account }
        throw error
      }
    },
  }
}

function accountOf({ issuer, subject, email, isEmailVerified, firstName, lastName }: OutsidePerson) {
  return { issuer, subject, email, isEmailVerified, firstName, lastName }
}

function refusedBy(error = otherSignIn()): Pick<TestSignIn, 'outcome' | 'person' | 'refusal'> {
  return { outcome: 'REFUSED', person: null, refusal: { advice: adviceOf(error), message: error.message } }
}
