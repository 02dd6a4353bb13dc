import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import { actorOf } from '../../access/actor.ts'
import { touchUser } from '../../access/store.ts'
import type { Db } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { openSession, type Session } from '../authentication/open-session.ts'
import { domainOf, domainRefusalOf, invitationOnly } from '../authentication/sign-in-rules.ts'
import { newTokenVersion } from '../authentication/token-version.ts'
import type { PlatformRow } from '../platforms/store.ts'
import { type ComingIn, makeUser } from '../projects/make-user.ts'
import type { Client, SessionMaker } from '../sessions/open.ts'
import { acceptInvitation } from '../user-invitations/accept.ts'
import { provision } from '../user-invitations/provision.ts'
import { lockAccepted, lockPending } from '../user-invitations/store.ts'
import { normalizeEmail } from '../users/email.ts'
import { personName } from '../users/person-name.ts'
import { insertIdentity, selectIdentityByEmail, selectUsersOfIdentity } from '../users/store.ts'
import type { OutsidePerson } from './outside-person.ts'
import { insertLink, lockSignIns, selectLinked, takeOverUnverified } from './store.ts'

type Identity = Selectable<UserIdentityTable>
type User = Selectable<UserTable>

interface Parts {
  db: Db
  sessionMaker: SessionMaker
  outbox: Outbox
}

/**
 * Lets somebody in whom another service knows. An account there belongs to one person for good, by its id and not by
 * its address. By the address it finds its person only on this platform, and only somebody who is nowhere else: what
 * a platform believes of its provider says nothing about other platforms.
 * @throws AppError DOMAIN_NOT_ALLOWED, EXISTING_USER, INVALID_CLAIM, INVITATION_ONLY_SIGN_UP, USER_IS_INACTIVE
 */
export async function enterFromOutside(
  { db, sessionMaker, outbox }: Parts,
  platform: PlatformRow,
  person: OutsidePerson,
  client: Client,
): Promise<Session> {
  const { ip } = client
  const { id: platformId } = platform
  const { identity, user } = await outbox.transaction((trx, recordEvent) =>
    recognize({ trx, recordEvent, ip }, platform, person),
  )
  await sessionMaker.admit({ userId: user.id, tokenVersion: identity.tokenVersion, means: 'SSO' })
  await outbox.transaction(async (trx, recordEvent) => {
    await touchUser(trx, user.id, new Date())
    const principal = { type: 'USER' as const, id: user.id, platformId, platformRole: user.platformRole }
    recordEvent(actorOf(principal, ip), 'user.signed.in', { user: { id: user.id } })
  })
  return openSession({ db, sessionMaker }, { identity, user, platformId }, { means: 'SSO', client })
}

/** Who somebody is here, and how it came about. */
export interface Recognized {
  identity: Identity
  user: User
  by: 'LINKED_BEFORE' | 'LINKED_NOW' | 'NEW_PERSON'
}

/** Does what `enterFromOutside` would make of somebody, and takes it back. @throws as that does */
export async function rehearse(
  outbox: Outbox,
  platform: PlatformRow,
  person: OutsidePerson,
  ip: string | null,
): Promise<Recognized> {
  let recognized: Recognized | undefined
  const done = new Error('The rehearsal is over')
  try {
    await outbox.transaction(async (trx, recordEvent) => {
      recognized = await recognize({ trx, recordEvent, ip }, platform, person)
      throw done
    })
  } catch (error) {
    if (error === done && recognized) return recognized
    throw error
  }
  throw done
}

async function recognize(coming: ComingIn, platform: PlatformRow, person: OutsidePerson): Promise<Recognized> {
  const { trx } = coming
  const { id: platformId } = platform
  const given = { ...person, email: normalizeEmail(person.email) }
  const refused = domainRefusalOf(platform, given.email)
  if (refused) throw refused
  await lockSignIns(trx, platformId)
  const linked = await selectLinked(trx, given)
  const { identity, by } = linked
    ? { identity: linked, by: 'LINKED_BEFORE' as const }
    : await linkByAddress(coming, platform, given)
  const user = await memberOf(trx, platformId, identity.id)
  if (!user) throw invitationOnly()
  if (user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: identity.email })
  if (by !== 'LINKED_BEFORE') {
    const principal = { type: 'USER' as const, id: user.id, platformId, platformRole: user.platformRole }
    const account = { provider: given.provider, issuer: given.issuer }
    coming.recordEvent(actorOf(principal, coming.ip), 'user.account.linked', { user: { id: user.id }, account })
  }
  return { identity, user, by }
}

async function memberOf(trx: Db, platformId: string, identityId: string): Promise<User | undefined> {
  return (await selectUsersOfIdentity(trx, identityId)).find((user) => user.platformId === platformId)
}

/** The person with the address, found or new, whose account it is from now on. */
async function linkByAddress(
  coming: ComingIn,
  platform: PlatformRow,
  person: OutsidePerson,
): Promise<Pick<Recognized, 'identity' | 'by'>> {
  const { trx } = coming
  if (!person.isEmailVerified)
    throw new AppError('INVALID_CLAIM', { message: `${person.provider} has not verified the address ${person.email}` })
  const known = await selectIdentityByEmail(trx, person.email)
  const identity = known ? await claimKnown(trx, platform.id, known) : await makePerson(coming, platform, person)
  await insertLink(trx, person, identity.id)
  return { identity, by: known ? 'LINKED_NOW' : 'NEW_PERSON' }
}

async function claimKnown(trx: Db, platformId: string, identity: Identity): Promise<Identity> {
  const users = await selectUsersOfIdentity(trx, identity.id)
  if (users.length !== 1 || users[0]?.platformId !== platformId)
    throw new AppError('EXISTING_USER', {
      platformId,
      message: 'this address belongs to somebody already: sign in as before, and link this account in the settings',
    })
  if (identity.verified) return identity
  const tokenVersion = newTokenVersion()
  await takeOverUnverified(trx, identity.id, tokenVersion)
  return { ...identity, verified: true, tokenVersion }
}

async function makePerson(coming: ComingIn, platform: PlatformRow, person: OutsidePerson): Promise<Identity> {
  const { trx } = coming
  const { id: platformId } = platform
  const { email } = person
  for (const invitation of await lockPending(trx, platformId, email)) await acceptInvitation(coming, invitation)
  const invitations = (await lockAccepted(trx, email)).filter((invitation) => invitation.platformId === platformId)
  if (invitations.length === 0 && !admitsStrangers(platform, person)) throw invitationOnly()
  const identity = await insertIdentity(trx, {
    ...{ id: newId(), email, password: '', provider: person.provider.toUpperCase(), verified: true },
    ...{
      firstName: personName(person.firstName) ?? personName(email.split('@')[0]) ?? 'New',
      lastName: personName(person.lastName) ?? '',
    },
    tokenVersion: newTokenVersion(),
  })
  if (invitations.length > 0) await provision(coming, identity, platformId, invitations)
  else await makeUser(coming, identity, { platformId, platformRole: 'MEMBER', source: 'sso' })
  return identity
}

/**
 * Whether people come in without an invitation: those of the platform's own provider, and of an allowed or proved
 * domain. Google and GitHub know anybody.
 */
function admitsStrangers(platform: PlatformRow, { provider, email }: OutsidePerson): boolean {
  const domain = domainOf(email)
  const isProved = platform.ssoDomainVerification?.status === 'VERIFIED' && platform.ssoDomain === domain
  // An address outside of enforced domains does not come this far.
  return provider === 'oidc' || provider === 'saml' || isProved || platform.enforceAllowedAuthDomains
}
