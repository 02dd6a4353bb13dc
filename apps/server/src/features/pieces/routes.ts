import { api } from '@piecework/api/index'
import { AppError, notFound } from '@piecework/model/errors'
import { PieceCategory } from '@piecework/model/piece/metadata'
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../access/actor.ts'
import { implement } from '../../http/implement.ts'
import { TaggedJson } from '../../http/tagged.ts'
import type { Catalogue } from './catalogue.ts'
import type { PieceListing } from './listing.ts'
import { presentPiece, translated, withUsage } from './present.ts'
import type { PieceUsage } from './usage.ts'

interface Parts {
  catalogue: Catalogue
  listing: PieceListing
  usage: PieceUsage
}

/** The pieces that the caller's platform can use; without a token, those that everybody can. */
export function pieceRoutes(app: FastifyInstance, { catalogue, listing, usage }: Parts): void {
  implement(app, api.pieces.categories, () => PieceCategory.options)

  implement(app, api.pieces.registry, ({ actor, query }) => catalogue.registry(platformOf(actor), query.release))

  implement(app, api.pieces.list, ({ actor, query }) => {
    if (query.release !== undefined)
      throw new AppError('PIECE_SYNC_NOT_SUPPORTED', { release: query.release, message: 'use /v1/pieces/registry' })
    return listing.list(platformOf(actor), query)
  })

  for (const endpoint of [api.pieces.get, api.pieces.getScoped])
    implement(app, endpoint, async ({ actor, params, query }) => {
      const platformId = platformOf(actor)
      const piece = translated(await catalogue.get(nameOf(params), query.version, platformId), query.locale)
      return new TaggedJson(presentPiece(platformId === null ? piece : withUsage(piece, await usage.known(platformId))))
    })

  for (const endpoint of [api.pieces.versions, api.pieces.versionsScoped])
    implement(app, endpoint, async ({ actor, params }) => {
      const versions = await catalogue.versions(nameOf(params), platformOf(actor))
      if (versions.length === 0) throw notFound('piece', nameOf(params))
      return versions.map(({ metadata, created, pieceType }) => ({
        name: metadata.name,
        version: metadata.version,
        created,
        pieceType,
      }))
    })
}

const nameOf = ({ scope, name }: { scope?: string | undefined; name: string }): string =>
  scope ? `${scope}/${name}` : name

const platformOf = (actor: Actor | null): string | null => actor?.platformId ?? null
