import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { authorizationUrl } from './authorization-url.ts'

/** Beginning a connection by OAuth2. */
export function oauth2Routes(app: FastifyInstance, { catalogue }: { catalogue: Catalogue }): void {
  implement(app, api.oauth2.authorizationUrl, async ({ actor, body: { pieceName, pieceVersion, ...body } }) => {
    const { metadata } = await catalogue.get(pieceName, pieceVersion, actor.platformId)
    return authorizationUrl({ ...body, piece: metadata })
  })
}
