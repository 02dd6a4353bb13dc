import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { selectPlatform } from '../platforms/store.ts'
import { pageUsers, selectUser, type UserRow, updatePicture, updateUser } from './store.ts'

export interface UserChanges {
  status?: 'ACTIVE' | 'INACTIVE' | undefined
  platformRole?: 'ADMIN' | 'MEMBER' | 'OPERATOR' | undefined
  externalId?: string | undefined
}

/** The people of a platform. */
export interface Users {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(platformId: string, id: string): Promise<UserRow>
  list(platformId: string, filter: { externalId?: string | undefined }, page: PageRequest): Promise<SeekPage<UserRow>>
  /** @throws AppError ENTITY_NOT_FOUND, or VALIDATION when it would leave the platform without its owner. */
  update(platformId: string, id: string, changes: UserChanges): Promise<UserRow>
  /** @returns the link that the picture had before. @throws AppError ENTITY_NOT_FOUND */
  setPicture(platformId: string, id: string, url: string | null): Promise<{ before: string | null; user: UserRow }>
}

export function createUsers({ db }: { db: Db }): Users {
  const get = async (platformId: string, id: string): Promise<UserRow> => {
    const user = await selectUser(db, platformId, id)
    if (!user) throw notFound('user', id)
    return user
  }

  return {
    get,
    list: (platformId, filter, page) => pageUsers(db, platformId, filter, page),

    async setPicture(platformId, id, url) {
      const { imageUrl: before } = await get(platformId, id)
      await updatePicture(db, platformId, id, url)
      return { before, user: await get(platformId, id) }
    },

    async update(platformId, id, { status, platformRole, externalId }) {
      await get(platformId, id)
      const platform = await selectPlatform(db, platformId)
      const demoted = (status ?? 'ACTIVE') !== 'ACTIVE' || (platformRole ?? 'ADMIN') !== 'ADMIN'
      if (platform?.ownerId === id && demoted) {
        throw new AppError('VALIDATION', { message: 'the owner of the platform stays an active administrator' })
      }
      await updateUser(db, platformId, id, {
        ...(status === undefined ? {} : { status }),
        ...(platformRole === undefined ? {} : { platformRole }),
        ...(externalId === undefined ? {} : { externalId }),
      })
      return get(platformId, id)
    },
  }
}
