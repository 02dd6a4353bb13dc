import { SCIM_USER_EXTENSION, type ScimPatch, type ScimUser } from '@piecework/api/scim'
import { newId } from '@piecework/model/ids'
import { z } from 'zod'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { scimPolicy } from '../../policies/scim.ts'
import { newTokenVersion } from '../authentication/token-version.ts'
import { selectPlatform } from '../platforms/store.ts'
import { makeUser } from '../projects/make-user.ts'
import { normalizeEmail } from '../users/email.ts'
import { personName } from '../users/person-name.ts'
import type { Users } from '../users/service.ts'
import { insertIdentity, selectIdentityByEmail, selectUserByEmail } from '../users/store.ts'
import { notThere, ScimError } from './error.ts'
import { patchUser } from './patch.ts'
import type { Listing, ScimUserRow } from './rows.ts'
import { listUsers, selectScimUser, updateProfile } from './store.ts'

/** People of a platform, as an identity provider keeps them. Checks the version that a caller has seen. */
type Check = (row: ScimUserRow) => void

export interface ScimUsers {
  list(actor: Actor, listing: Listing): Promise<{ total: number; rows: ScimUserRow[] }>
  /** @throws ScimError 404 */
  get(actor: Actor, id: string): Promise<ScimUserRow>
  /** @throws ScimError uniqueness, invalidValue */
  create(actor: Actor, user: ScimUser): Promise<ScimUserRow>
  /** @throws ScimError 404, uniqueness, invalidValue, mutability */
  replace(actor: Actor, id: string, user: ScimUser, check: Check): Promise<ScimUserRow>
  patch(actor: Actor, id: string, patch: ScimPatch, check: Check): Promise<ScimUserRow>
  /** They are deactivated, and keep what is theirs. */
  remove(actor: Actor, id: string, check: Check): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  users: Users
}

export function createScimUsers({ db, outbox, users }: Parts): ScimUsers {
  const find = async ({ platformId }: Actor, id: string, trx: Db = db): Promise<ScimUserRow> => {
    const row = await selectScimUser(trx, platformId, id)
    if (!row) throw notThere(id)
    return row
  }

  const write = (actor: Actor, id: string, check: Check, wantedOf: (before: ScimUserRow) => ScimUser) =>
    users
      .change(actor, id, async (trx) => {
        const before = await find(actor, id, trx)
        check(before)
        const wanted = wantedOf(before)
        const { active, externalId } = wanted
        return {
          ...(await changeProfile(trx, actor, before, wanted)),
          ...(active === undefined ? {} : { status: active ? ('ACTIVE' as const) : ('INACTIVE' as const) }),
          platformRole: wanted[SCIM_USER_EXTENSION]?.platformRole ?? before.platformRole,
          ...(externalId === undefined ? {} : { externalId: externalId || null }),
        }
      })
      .then(() => find(actor, id))

  /** @returns what changed */
  const changeProfile = async (trx: Db, { platformId }: Actor, before: ScimUserRow, wanted: ScimUser) => {
    const profile = {
      email: emailOf(wanted),
      firstName: personName(wanted.name?.givenName) ?? before.firstName,
      lastName: personName(wanted.name?.familyName) ?? before.lastName,
    }
    const { email, firstName, lastName } = before
    if (JSON.stringify(profile) === JSON.stringify({ email, firstName, lastName })) return {}
    // The mail of an address leads to a new password, and nobody else resets that of the owner.
    if (profile.email !== email && (await selectPlatform(trx, platformId))?.ownerId === before.id)
      throw new ScimError(409, 'The owner of the platform keeps the address', 'mutability')
    const isDone = await updateProfile(trx, before, profile)
    if (!isDone && profile.email !== email)
      throw new ScimError(409, 'The person belongs to other platforms, too, and keeps the address', 'mutability')
    return isDone ? profile : {}
  }

  return {
    list(actor, listing) {
      authorize(actor, scimPolicy.read)
      return listUsers(db, actor.platformId, listing)
    },

    get(actor, id) {
      authorize(actor, scimPolicy.read)
      return find(actor, id)
    },

    async create(actor, user) {
      authorize(actor, scimPolicy.write)
      const { platformId, ip } = actor
      const email = emailOf(user)
      const made = await outbox.transaction(async (trx, recordEvent) => {
        if (await selectUserByEmail(trx, platformId, email)) throw taken(email)
        // Somebody of another platform stays who they are, and signs in as before.
        const identity =
          (await selectIdentityByEmail(trx, email)) ??
          (await insertIdentity(trx, {
            ...{
              id: newId(),
              email,
              password: '',
              provider: 'SAML',
              verified: true,
              tokenVersion: newTokenVersion(),
            },
            ...{ firstName: personName(user.name?.givenName) ?? email.split('@')[0]?.replaceAll('.', ' ') ?? '' },
            lastName: personName(user.name?.familyName) ?? '',
          }))
        return makeUser({ trx, recordEvent, ip }, identity, {
          platformId,
          platformRole: user[SCIM_USER_EXTENSION]?.platformRole ?? 'MEMBER',
          source: 'sso',
          provisioned: user.active === false ? 'INACTIVE' : 'ACTIVE',
          ...(user.externalId ? { externalId: user.externalId } : {}),
        })
      })
      return find(actor, made.id)
    },

    async replace(actor, id, user, check) {
      authorize(actor, scimPolicy.write)
      await find(actor, id)
      return write(actor, id, check, () => user)
    },

    async patch(actor, id, patch, check) {
      authorize(actor, scimPolicy.write)
      await find(actor, id)
      return write(actor, id, check, (before) => patchUser(knownOf(before), patch))
    },

    async remove(actor, id, check) {
      authorize(actor, scimPolicy.write)
      await find(actor, id)
      await users.change(actor, id, async (trx) => {
        check(await find(actor, id, trx))
        return { status: 'INACTIVE' }
      })
    },
  }
}

const knownOf = ({ email, firstName, lastName, status, platformRole, externalId }: ScimUserRow): ScimUser => ({
  ...{ userName: email, externalId, active: status === 'ACTIVE' },
  name: { givenName: firstName, familyName: lastName },
  [SCIM_USER_EXTENSION]: { platformRole },
})

/** @throws ScimError invalidValue */
function emailOf({ userName }: ScimUser): string {
  const email = normalizeEmail(userName)
  if (z.email().safeParse(email).success) return email
  throw new ScimError(400, 'The userName must be an e-mail address', 'invalidValue')
}

const taken = (email: string): ScimError => new ScimError(409, `The userName ${email} is taken`, 'uniqueness')
