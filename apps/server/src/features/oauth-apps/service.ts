import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Encryption } from '../../encryption.ts'
import { oauthAppPolicy } from '../../policies/oauth-app.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteApp, type OAuthAppRow, pageApps, selectSecret, upsertApp } from './store.ts'

/** The OAuth2 apps that a platform has registered with services, one for each piece. */
export interface OAuthApps {
  list(actor: Actor, page: PageRequest): Promise<SeekPage<OAuthAppRow>>
  /** Registers the app of a piece, in place of an earlier one. */
  upsert(actor: Actor, app: { pieceName: string; clientId: string; clientSecret: string }): Promise<OAuthAppRow>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor, id: string): Promise<void>
  /** For requests to the service alone. @throws AppError ENTITY_NOT_FOUND */
  secretOf(platformId: string, pieceName: string, clientId: string): Promise<string>
}

export function createOAuthApps({ db, encryption }: { db: Db; encryption: Encryption }): OAuthApps {
  return {
    async list(actor, page) {
      authorize(actor, oauthAppPolicy.read)
      return pageApps(db, actor.platformId, page)
    },

    async upsert(actor, { pieceName, clientId, clientSecret }) {
      authorize(actor, oauthAppPolicy.create)
      const { platformId } = actor
      const secret = JSON.stringify(encryption.encrypt(clientSecret))
      return upsertApp(db, { id: newId(), platformId, pieceName, clientId, clientSecret: secret })
    },

    async remove(actor, id) {
      authorize(actor, oauthAppPolicy.delete)
      if (!(await deleteApp(db, actor.platformId, id))) throw notFound('oauth_app', id)
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
