import { SCIM_USER_EXTENSION, type ScimPatch, type ScimUser } from '@piecework/api/scim'
import { newId } from '@piecework/model/ids'
import { z } from 'zod'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { scimPolicy } from '../../policies/scim.ts'
import { newTokenVersion } from '../authentication/token-version.ts'
import { makeUser } from '../projects/make-user.ts'
import { normalizeEmail } from '../users/email.ts'
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
  const find = async ({ platformId }: Actor, id: string): Promise<ScimUserRow> => {
    const row = await selectScimUser(db, platformId, id)
    if (!row) throw notThere(id)
    return row
  }

  const write = async (actor: Actor, before: ScimUserRow, wanted: ScimUser): Promise<ScimUserRow> => {
    const { id } = before
    const profile = {
      email: emailOf(wanted),
      firstName: nameOf(wanted.name?.givenName) ?? before.firstName,
      lastName: nameOf(wanted.name?.familyName) ?? before.lastName,
    }
    const { email, firstName, lastName } = before
    if (JSON.stringify(profile) !== JSON.stringify({ email, firstName, lastName })) {
      const isDone = await updateProfile(db, before, profile)
      if (!isDone && profile.email !== email)
        throw new ScimError(409, 'The person belongs to other platforms, too, and keeps the address', 'mutability')
    }
    await users.update(actor, id, {
      status: wanted.active === false ? 'INACTIVE' : 'ACTIVE',
      platformRole: wanted[SCIM_USER_EXTENSION]?.platformRole ?? before.platformRole,
      ...(typeof wanted.externalId === 'string' ? { externalId: wanted.externalId } : {}),
    })
    return find(actor, id)
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
            ...{ firstName: nameOf(user.name?.givenName) ?? email.split('@')[0]?.replaceAll('.', ' ') ?? '' },
            lastName: nameOf(user.name?.familyName) ?? '',
          }))
        return makeUser({ trx, recordEvent, ip }, identity, {
          platformId,
          platformRole: user[SCIM_USER_EXTENSION]?.platformRole ?? 'MEMBER',
          source: 'sso',
          isProvisioned: user.active !== false,
          ...(user.externalId ? { externalId: user.externalId } : {}),
        })
      })
      if (user.active === false) await users.update(actor, made.id, { status: 'INACTIVE' })
      return find(actor, made.id)
    },

    async replace(actor, id, user, check) {
      authorize(actor, scimPolicy.write)
      const before = await find(actor, id)
      check(before)
      return write(actor, before, user)
    },

    async patch(actor, id, patch, check) {
      authorize(actor, scimPolicy.write)
      const before = await find(actor, id)
      check(before)
      const { email, firstName, lastName, status, platformRole, externalId } = before
      const known: ScimUser = {
        ...{ userName: email, externalId, active: status === 'ACTIVE' },
        name: { givenName: firstName, familyName: lastName },
        [SCIM_USER_EXTENSION]: { platformRole },
      }
      return write(actor, before, patchUser(known, patch))
    },

    async remove(actor, id, check) {
      authorize(actor, scimPolicy.write)
      check(await find(actor, id))
      await users.update(actor, id, { status: 'INACTIVE' })
    },
  }
}

/** @throws ScimError invalidValue */
function emailOf({ userName }: ScimUser): string {
  const email = normalizeEmail(userName)
  if (z.email().safeParse(email).success) return email
  throw new ScimError(400, 'The userName must be an e-mail address', 'invalidValue')
}

const nameOf = (name: string | undefined): string | undefined =>
  name?.replace(/[./]+/g, ' ').trim().slice(0, 100) || undefined

const taken = (email: string): ScimError => new ScimError(409, `The userName ${email} is taken`, 'uniqueness')
