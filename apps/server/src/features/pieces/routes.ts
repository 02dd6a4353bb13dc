import { queryFlag, queryList } from '@piecework/api/shapes'
import { AppError, notFound } from '@piecework/model/errors'
import { PieceCategory } from '@piecework/model/piece/metadata'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Principal } from '../../http/principal.ts'
import { route } from '../../http/route.ts'
import { TaggedJson } from '../../http/tagged.ts'
import type { Catalogue } from './catalogue.ts'
import type { PieceListing } from './listing.ts'
import { Piece, PieceSummary, presentPiece, translated, withUsage } from './present.ts'
import { PIECE_RELEASE } from './release.ts'
import type { PieceUsage } from './usage.ts'

const SortBy = z.enum(['NAME', 'UPDATED', 'CREATED', 'POPULARITY'])

const ListQuery = z.object({
  projectId: z.string().optional(),
  includeTags: queryFlag,
  includeHidden: queryFlag,
  searchQuery: z.string().max(200).optional(),
  sortBy: SortBy.optional(),
  orderBy: z.enum(['ASC', 'DESC']).default('ASC'),
  categories: queryList(z.string()),
  suggestionType: z.enum(['ACTION', 'TRIGGER', 'ACTION_AND_TRIGGER']).optional(),
  locale: z.string().optional(),
  edition: z.string().optional(),
  release: z.string().optional(),
})

const PieceQuery = z.object({
  version: z
    .string()
    .regex(/^[~^]?\d+\.\d+\.\d+$/, 'must be a version such as 1.2.3, ~1.2.3 or ^1.2.3')
    .optional(),
  projectId: z.string().optional(),
  locale: z.string().optional(),
})

interface Parts {
  catalogue: Catalogue
  listing: PieceListing
  usage: PieceUsage
}

/** The pieces that the caller's platform can use; without a token, those that everybody can. */
export function pieceRoutes(app: FastifyInstance, { catalogue, listing, usage }: Parts): void {
  const shared = { method: 'GET', principals: 'optional', permission: 'NONE', project: null } as const

  route(app, {
    ...shared,
    url: '/v1/pieces/categories',
    summary: 'List the categories of pieces',
    schema: { response: z.array(PieceCategory) },
    handler: () => PieceCategory.options,
  })

  route(app, {
    ...shared,
    url: '/v1/pieces/registry',
    summary: 'List every version of every piece that works with a release, by name',
    schema: {
      query: z.object({
        release: z
          .string()
          .regex(/^\d+\.\d+\.\d+/, 'must be a release such as 0.83.0')
          .default(PIECE_RELEASE),
        edition: z.string().optional(),
      }),
    },
    handler: ({ principal, query }) => catalogue.registry(platformOf(principal), query.release),
  })

  route(app, {
    ...shared,
    url: '/v1/pieces',
    summary: 'List the newest version of every piece',
    schema: { query: ListQuery, response: z.array(PieceSummary) },
    handler: ({ principal, query }) => {
      if (query.release !== undefined)
        throw new AppError('PIECE_SYNC_NOT_SUPPORTED', { release: query.release, message: 'use /v1/pieces/registry' })
      return listing.list(platformOf(principal), query)
    },
  })

  for (const path of ['/:name', '/:scope/:name'] as const) {
    const params = z.object({ scope: z.string().optional(), name: z.string() })

    route(app, {
      ...shared,
      url: `/v1/pieces${path}`,
      summary: 'Get a piece',
      schema: { params, query: PieceQuery, response: Piece },
      handler: async ({ principal, params, query }) => {
        const platformId = platformOf(principal)
        const piece = translated(await catalogue.get(nameOf(params), query.version, platformId), query.locale)
        return new TaggedJson(
          presentPiece(platformId === null ? piece : withUsage(piece, await usage.known(platformId))),
        )
      },
    })

    route(app, {
      ...shared,
      url: `/v1/pieces${path}/versions`,
      summary: 'List every version of a piece, newest first',
      schema: { params, query: z.object({ projectId: z.string().optional() }) },
      handler: async ({ principal, params }) => {
        const versions = await catalogue.versions(nameOf(params), platformOf(principal))
        if (versions.length === 0) throw notFound('piece', nameOf(params))
        return versions.map(({ metadata, created, pieceType }) => ({
          name: metadata.name,
          version: metadata.version,
          created,
          pieceType,
        }))
      },
    })
  }
}

const nameOf = ({ scope, name }: { scope?: string | undefined; name: string }): string =>
  scope ? `${scope}/${name}` : name

function platformOf(principal: Principal | null): string | null {
  return principal && 'platformId' in principal ? principal.platformId : null
}
