import { type LinkedAccount, ProviderName } from '@piecework/api/sso'
import { AppError, notFound } from '@piecework/model/errors'
import type { Actor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { ssoPolicy } from '../../policies/sso.ts'
import type { Session } from '../authentication/open-session.ts'
import { domainOf, isForSso } from '../authentication/sign-in-rules.ts'
import { providerNames } from '../platforms/auth-providers.ts'
import { type PlatformRow, selectFirstPlatform, selectPlatform } from '../platforms/store.ts'
import type { Client, SessionMaker } from '../sessions/open.ts'
import { selectIdentityOfUser } from '../users/store.ts'
import { createBeginning, findProvider, otherSignIn } from './begin.ts'
import type { SignInCookie } from './cookie.ts'
import { enterFromOutside } from './enter.ts'
import type { Oidc, Returned } from './oidc.ts'
import type { OutsidePerson } from './outside-person.ts'
import type { Saml } from './saml.ts'
import {
  countLinks,
  deleteLink,
  insertLink,
  lockSignIns,
  selectLinked,
  selectLinks,
  selectPlatformOfDomain,
} from './store.ts'

type Answer = Returned & { providerName: ProviderName }

/** Signing in by other services. A sign-in ends in the browser that began it. */
export interface SingleSignOn {
  /** Nobody learns from it who has an account: the domain alone decides. */
  discover(email: string): Promise<{ platformId: string | null; providers: ProviderName[] }>
  /** @returns the address to go to, and the cookie to set @throws AppError VALIDATION, INVALID_CLAIM */
  begin(name: ProviderName, platformId: string | undefined): Promise<{ loginUrl: string; cookie: string }>
  /** @throws AppError INVALID_CLAIM, and as `enterFromOutside` does */
  claim(answer: Answer, cookie: string | undefined, client: Client): Promise<Session>
  /** From now on the account elsewhere is the caller's, whatever its address. @throws AppError INVALID_CLAIM */
  link(actor: Actor<UserPrincipal>, answer: Answer, cookie: string | undefined): Promise<void>
  links(actor: Actor<UserPrincipal>): Promise<LinkedAccount[]>
  /** @throws AppError ENTITY_NOT_FOUND, or VALIDATION for the last way in */
  unlink(actor: Actor<UserPrincipal>, id: string): Promise<void>
}

interface Parts {
  db: Db
  sessionMaker: SessionMaker
  outbox: Outbox
  encryption: Encryption
  oidc: Oidc
  saml: Saml
  cookies: SignInCookie
}

export function createSingleSignOn(parts: Parts): SingleSignOn {
  const { db, sessionMaker, outbox, encryption, oidc, saml, cookies } = parts
  const beginning = createBeginning(parts)
  const platformOf = (id: string | undefined): Promise<PlatformRow | undefined> =>
    id === undefined ? selectFirstPlatform(db) : selectPlatform(db, id)

  /** Who has come back. The platform and the provider are those of the begin, whatever the browser says now. */
  const identify = async (
    { providerName, ...returned }: Answer,
    cookie: string | undefined,
  ): Promise<{ platform: PlatformRow; person: OutsidePerson }> => {
    const started = cookies.read(cookie)
    const { provider: name } = started
    if (started.isTest) throw otherSignIn()
    if (name === 'saml' && providerName === 'saml') {
      const person = await saml.end(started, returned.code)
      const platform = await selectPlatform(db, started.platformId)
      if (platform?.id === person.platformId) return { platform, person }
    }
    if (name === 'saml' || name !== providerName || returned.state !== started.state) throw otherSignIn()
    const { platform, provider } = findProvider(name, await selectPlatform(db, started.platformId), encryption)
    return { platform, person: await oidc.end(provider, started, returned) }
  }

  const identityOf = async ({ principal }: Actor<UserPrincipal>) => {
    const identity = await selectIdentityOfUser(db, principal.id)
    if (!identity) throw notFound('user', principal.id)
    return identity
  }

  return {
    async discover(email) {
      const platform = await selectPlatformOfDomain(db, domainOf(email))
      if (!platform || !isForSso(platform, email)) return { platformId: null, providers: [] }
      return { platformId: platform.id, providers: providerNames(platform.federatedAuthProviders) }
    },

    async begin(name, platformId) {
      return beginning(name, await platformOf(platformId), false)
    },

    async claim(answer, cookie, client) {
      const { platform, person } = await identify(answer, cookie)
      return enterFromOutside({ db, sessionMaker, outbox }, platform, person, client)
    },

    async link(actor, answer, cookie) {
      authorize(actor, ssoPolicy.link)
      const { platform, person } = await identify(answer, cookie)
      if (platform.id !== actor.platformId) throw notFound('platform', platform.id)
      const identity = await identityOf(actor)
      await outbox.transaction(async (trx, recordEvent) => {
        await lockSignIns(trx, platform.id)
        const owner = await selectLinked(trx, person)
        // Once more changes nothing.
        if (owner?.id === identity.id) return
        if (owner || !(await insertLink(trx, person, identity.id)))
          throw new AppError('INVALID_CLAIM', { message: 'this account is linked to somebody else' })
        const account = { provider: person.provider, issuer: person.issuer }
        recordEvent(actor, 'user.account.linked', { user: { id: actor.principal.id }, account })
      })
    },

    async links(actor) {
      authorize(actor, ssoPolicy.links)
      const { id } = await identityOf(actor)
      const rows = await selectLinks(db, actor.platformId, id)
      return rows.map((row) => ({ ...row, provider: ProviderName.parse(row.provider) }))
    },

    async unlink(actor, id) {
      authorize(actor, ssoPolicy.unlink)
      const identity = await identityOf(actor)
      await outbox.transaction(async (trx, recordEvent) => {
        await lockSignIns(trx, actor.platformId)
        const account = await deleteLink(trx, actor.platformId, identity.id, id)
        if (!account) throw notFound('linked account', id)
        if (identity.password === '' && (await countLinks(trx, identity.id)) === 0)
          throw new AppError('VALIDATION', { message: 'this is your only way to sign in: choose a password first' })
        recordEvent(actor, 'user.account.unlinked', { user: { id: actor.principal.id }, account })
      })
    },
  }
}
