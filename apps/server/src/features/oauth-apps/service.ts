import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Encryption } from '../../encryption.ts'
import { deleteApp, type OAuthAppRow, pageApps, selectSecret, upsertApp } from './store.ts'

/** The OAuth2 apps that a platform has registered with services, one for each piece. */
export interface OAuthApps {
  list(platformId: string, page: PageRequest): Promise<SeekPage<OAuthAppRow>>
  /** Registers the app of a piece, in place of an earlier one. */
  upsert(platformId: string, app: { pieceName: string; clientId: string; clientSecret: string }): Promise<OAuthAppRow>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(platformId: string, id: string): Promise<void>
  /** For requests to the service alone. @throws AppError ENTITY_NOT_FOUND */
  secretOf(platformId: string, pieceName: string, clientId: string): Promise<string>
}

export function createOAuthApps({ db, encryption }: { db: Db; encryption: Encryption }): OAuthApps {
  return {
    list: (platformId, page) => pageApps(db, platformId, page),

    upsert(platformId, { pieceName, clientId, clientSecret }) {
      const secret = JSON.stringify(encryption.encrypt(clientSecret))
      return upsertApp(db, { id: newId(), platformId, pieceName, clientId, clientSecret: secret })
    },

    async remove(platformId, id) {
      if (!(await deleteApp(db, platformId, id))) throw notFound('oauth_app', id)
    },

    async secretOf(platformId, pieceName, clientId) {
      const secret = await selectSecret(db, platformId, pieceName, clientId)
      if (!secret)
        throw new AppError('ENTITY_NOT_FOUND', {
          entityType: 'oauth_app',
          entityId: clientId,
          message: `the platform has no OAuth2 app for ${pieceName} with this client id`,
        })
      return String(encryption.decrypt(secret))
    },
  }
}
