import { AppError, notFound } from '@piecework/model/errors'
import { PieceCategory } from '@piecework/model/piece/metadata'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Principal } from '../../http/principal.ts'
import { route } from '../../http/route.ts'
import { queryFlag, queryList } from '../../http/schemas.ts'
import type { Catalogue, CataloguedPiece } from './catalogue.ts'
import { Piece, PieceSummary, presentPiece, presentSummary, translated } from './present.ts'
import { PIECE_RELEASE } from './release.ts'
import { searchPieces } from './search.ts'
import type { Tags } from './tags.ts'
import type { PieceUsage } from './usage.ts'
import { visiblePieces } from './visibility.ts'

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
  db: Db
  catalogue: Catalogue
  tags: Tags
  usage: PieceUsage
}

/** The pieces that the caller's platform can use; without a token, those that everybody can. */
export function pieceRoutes(app: FastifyInstance, { db, catalogue, tags, usage }: Parts): void {
  const shared = { method: 'GET', principals: 'optional', permission: 'NONE', project: null } as const

  /** What the caller sees of the catalogue. */
  const visible = async (
    platformId: string | null,
    { projectId, includeHidden }: { projectId?: string | undefined; includeHidden?: boolean | undefined },
  ): Promise<readonly CataloguedPiece[]> => {
    const pieces = await catalogue.list(platformId)
    if (platformId === null || includeHidden) return pieces
    const shows = await visiblePieces(db, platformId, projectId)
    return pieces.filter((piece) => shows(piece.metadata.name))
  }

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
    handler: async ({ principal, query }) => {
      if (query.release !== undefined)
        throw new AppError('PIECE_SYNC_NOT_SUPPORTED', { release: query.release, message: 'use /v1/pieces/registry' })
      const platformId = platformOf(principal)
      const all = (await visible(platformId, query)).filter((piece) => isIn(piece, query.categories))
      const local = all.map((piece) => translated(piece, query.locale))
      const used = query.sortBy === 'POPULARITY' && platformId !== null ? await usage(platformId) : undefined
      const counted = used
        ? local.map((piece) => ({ ...piece, projectUsage: used.get(piece.metadata.name) ?? 0 }))
        : local
      const found = searchPieces(counted, query.searchQuery ?? '')
      // A search is ordered by how well it matches, unless another order is asked for.
      const ordered = query.searchQuery && !query.sortBy ? found : found.sort(ORDER[query.sortBy ?? 'NAME'])
      const pieces = query.orderBy === 'DESC' ? ordered.reverse() : ordered
      const tagged = query.includeTags && platformId !== null ? await tags.ofPieces(platformId) : undefined
      return pieces.map((piece) => ({
        ...presentSummary(piece, query.suggestionType),
        ...(tagged ? { tags: tagged.get(piece.metadata.name) ?? [] } : {}),
      }))
    },
  })

  for (const path of ['/:name', '/:scope/:name'] as const) {
    const params = z.object({ scope: z.string().optional(), name: z.string() })

    route(app, {
      ...shared,
      url: `/v1/pieces${path}`,
      summary: 'Get a piece',
      schema: { params, query: PieceQuery, response: Piece },
      handler: async ({ principal, params, query }) =>
        presentPiece(
          translated(await catalogue.get(nameOf(params), query.version, platformOf(principal)), query.locale),
        ),
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

function isIn({ metadata }: CataloguedPiece, categories: readonly string[] | undefined): boolean {
  return (
    !categories || categories.length === 0 || categories.some((category) => metadata.categories?.includes(category))
  )
}

const byName = new Intl.Collator('en').compare

const ORDER: Readonly<Record<z.infer<typeof SortBy>, (a: CataloguedPiece, b: CataloguedPiece) => number>> = {
  NAME: (a, b) => byName(a.metadata.displayName, b.metadata.displayName),
  UPDATED: (a, b) => Date.parse(a.updated) - Date.parse(b.updated),
  CREATED: (a, b) => Date.parse(a.created) - Date.parse(b.created),
  POPULARITY: (a, b) => a.projectUsage - b.projectUsage,
}
