import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { Actor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { userPolicy } from '../../policies/user.ts'
import { selectPlatform } from '../platforms/store.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { lockUser, pageUsers, selectUser, type UserRow, updatePicture, updateUser } from './store.ts'

export interface UserChanges {
  status?: 'ACTIVE' | 'INACTIVE' | undefined
  platformRole?: 'ADMIN' | 'MEMBER' | 'OPERATOR' | undefined
  externalId?: string | null | undefined
}

/** Changes of somebody. Those of the profile, which belongs to the identity, are done already and only go on record. */
export interface PersonChanges extends UserChanges {
  email?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
}

/** The people of a platform. */
export interface Users {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: Actor, id: string): Promise<UserRow>
  list(actor: Actor, filter: { externalId?: string | undefined }, page: PageRequest): Promise<SeekPage<UserRow>>
  /** @throws AppError ENTITY_NOT_FOUND, or VALIDATION when it would leave the platform without its owner. */
  update(actor: Actor, id: string, changes: UserChanges): Promise<UserRow>
  /**
   * Changes somebody by how they are, in one transaction, in which nobody else changes them.
   * @throws AppError as update
   */
  change(
    actor: Actor,
    id: string,
    decide: (trx: Db, before: UserRow) => PersonChanges | Promise<PersonChanges>,
  ): Promise<UserRow>
  /** Changes the picture of the caller. @returns the link that it had before. @throws AppError ENTITY_NOT_FOUND */
  setPicture(actor: Actor<UserPrincipal>, url: string | null): Promise<{ before: string | null; user: UserRow }>
}

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

export function createUsers({ db, events, outbox }: Parts): Users {
  const load = async (platformId: string, id: string, trx: Db = db): Promise<UserRow> => {
    const user = await selectUser(trx, platformId, id)
    if (!user) throw notFound('user', id)
    return user
  }

  const change: Users['change'] = async (actor, id, decide) => {
    authorize(actor, userPolicy.edit)
    const { platformId } = actor
    await outbox.transaction(async (trx, recordEvent) => {
      await lockUser(trx, platformId, id)
      const person = await load(platformId, id, trx)
      const decided = await decide(trx, person)
      const { status, platformRole, externalId } = decided
      const platform = await selectPlatform(trx, platformId)
      const demoted = (status ?? 'ACTIVE') !== 'ACTIVE' || (platformRole ?? 'ADMIN') !== 'ADMIN'
      if (platform?.ownerId === id && demoted) {
        throw new AppError('VALIDATION', { message: 'the owner of the platform stays an active administrator' })
      }
      const { before, after } = changesOf(person, decided)
      if (Object.keys(after).length === 0) return
      await updateUser(trx, platformId, id, {
        ...(status === undefined ? {} : { status }),
        ...(platformRole === undefined ? {} : { platformRole }),
        ...(externalId === undefined ? {} : { externalId }),
      })
      // Somebody who is activated again signs in again.
      if (status === 'INACTIVE') await deleteSessionsOf(trx, [id])
      recordEvent(actor, 'user.updated', { user: { id }, before, after })
    })
    await events.emit('ACCESS_CHANGED', { of: 'USER', id })
    return load(platformId, id)
  }

  return {
    change,
    update: (actor, id, changes) => change(actor, id, () => changes),

    async get(actor, id) {
      authorize(actor, userPolicy.read)
      return load(actor.platformId, id)
    },

    async list(actor, filter, page) {
      authorize(actor, userPolicy.list)
      return pageUsers(db, actor.platformId, filter, page)
    },

    async setPicture(actor, url) {
      authorize(actor, userPolicy.editOwn)
      const { id, platformId } = actor.principal
      const { imageUrl: before } = await load(platformId, id)
      await updatePicture(db, platformId, id, url)
      return { before, user: await load(platformId, id) }
    },
  }
}
