import { PieceCategory, PieceMetadata } from '@piecework/model/piece/metadata'
import { z } from 'zod'
import { endpoint, projectInBody } from './endpoint.ts'
import { IdParams, queryFlag, queryList } from './shapes.ts'

/** A piece that steps name and the platform does not have. */
export const MissingPiece = z.object({
  pieceName: z.string(),
  /** The version in the step; undefined means any. */
  pieceVersion: z.string().optional(),
  /** The installed versions, newest first. */
  installedVersions: z.array(z.string()),
  /** The steps that name it. */
  steps: z.array(z.string()).optional(),
  /** The reason why an attempted install failed. */
  reason: z.string().optional(),
})
export type MissingPiece = z.infer<typeof MissingPiece>

const PieceType = z.enum(['OFFICIAL', 'CUSTOM'])
const PackageType = z.enum(['REGISTRY', 'ARCHIVE'])

const row = {
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string().optional(),
  pieceType: PieceType,
  packageType: PackageType,
  archiveId: z.string().optional(),
  projectUsage: z.number(),
}

export const Piece = PieceMetadata.extend({
  ...row,
  minimumSupportedRelease: z.string(),
  maximumSupportedRelease: z.string(),
})
export const PieceSummary = PieceMetadata.omit({ i18n: true }).extend({
  ...row,
  actions: z.number(),
  triggers: z.number(),
  suggestedActions: z.array(z.unknown()).optional(),
  suggestedTriggers: z.array(z.unknown()).optional(),
  tags: z.array(z.string()).optional(),
})

/** A version of a piece in the form for servers that copy their catalogue from this one. */
export const RegistryEntry = z.object({
  name: z.string(),
  version: z.string(),
  pieceType: PieceType,
  packageType: PackageType,
  platformId: z.string().optional(),
})
export type RegistryEntry = z.infer<typeof RegistryEntry>

export const PieceVersion = z.object({
  name: z.string(),
  version: z.string(),
  created: z.string(),
  pieceType: PieceType,
})

/**
 * The release of the piece contract that this product covers, in the numbering that published pieces use for
 * `minimumSupportedRelease`.
 */
export const PIECE_RELEASE = '0.83.0'

/** The pieces that the npm registry has for a search, and the platform does not. */
export const AvailablePieces = z.object({
  /** False when the registry does not answer, so that nothing is known. */
  isReachable: z.boolean(),
  pieces: z.array(z.object({ pieceName: z.string(), pieceVersion: z.string().describe('The newest one.') })),
})
export type AvailablePieces = z.infer<typeof AvailablePieces>

const PieceQuery = z.object({
  version: z
    .string()
    .regex(/^[~^]?\d+\.\d+\.\d+$/, 'must be a version such as 1.2.3, ~1.2.3 or ^1.2.3')
    .optional(),
  projectId: z.string().optional(),
  locale: z.string().optional(),
})
const VersionsQuery = z.object({ projectId: z.string().optional() })
const NameParams = z.object({ scope: z.string().optional(), name: z.string() })

const open = { method: 'GET', principals: 'optional', permission: 'NONE', project: null } as const
const administered = { principals: ['USER', 'SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const

/** The pieces that the caller's platform can use; without a token, those of every platform. */
export const pieces = {
  categories: endpoint({
    ...open,
    path: '/v1/pieces/categories',
    operationId: 'pieces.categories',
    summary: 'List the categories of pieces',
    response: z.array(PieceCategory),
  }),
  registry: endpoint({
    ...open,
    path: '/v1/pieces/registry',
    operationId: 'pieces.registry',
    summary: 'List every version of every piece that works with a release, by name',
    query: z.object({
      release: z
        .string()
        .regex(/^\d+\.\d+\.\d+/, 'must be a release such as 0.83.0')
        .default(PIECE_RELEASE),
      edition: z.string().optional(),
    }),
    response: z.array(RegistryEntry),
  }),
  list: endpoint({
    ...open,
    path: '/v1/pieces',
    operationId: 'pieces.list',
    summary: 'List the newest version of every piece',
    query: z.object({
      projectId: z.string().optional(),
      includeTags: queryFlag,
      includeHidden: queryFlag,
      searchQuery: z.string().max(200).optional(),
      sortBy: z.enum(['NAME', 'UPDATED', 'CREATED', 'POPULARITY']).optional(),
      orderBy: z.enum(['ASC', 'DESC']).default('ASC'),
      categories: queryList(z.string()),
      suggestionType: z.enum(['ACTION', 'TRIGGER', 'ACTION_AND_TRIGGER']).optional(),
      locale: z.string().optional(),
      edition: z.string().optional(),
      release: z.string().optional(),
    }),
    response: z.array(PieceSummary),
    errors: ['PIECE_SYNC_NOT_SUPPORTED'],
  }),
  available: endpoint({
    method: 'GET',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    path: '/v1/pieces/available',
    operationId: 'pieces.available',
    summary: 'Look in the npm registry for a piece that is not installed, by its short name or that of its package',
    query: z.object({ searchQuery: z.string().trim().min(1).max(200) }),
    response: AvailablePieces,
  }),
  get: endpoint({
    ...open,
    path: '/v1/pieces/:name',
    operationId: 'pieces.get',
    summary: 'Get a piece',
    params: NameParams,
    query: PieceQuery,
    response: Piece,
  }),
  getScoped: endpoint({
    ...open,
    path: '/v1/pieces/:scope/:name',
    operationId: 'pieces.getScoped',
    summary: 'Get a piece',
    params: NameParams,
    query: PieceQuery,
    response: Piece,
  }),
  versions: endpoint({
    ...open,
    path: '/v1/pieces/:name/versions',
    operationId: 'pieces.versions',
    summary: 'List every version of a piece, newest first',
    params: NameParams,
    query: VersionsQuery,
    response: z.array(PieceVersion),
  }),
  versionsScoped: endpoint({
    ...open,
    path: '/v1/pieces/:scope/:name/versions',
    operationId: 'pieces.versionsScoped',
    summary: 'List every version of a piece, newest first',
    params: NameParams,
    query: VersionsQuery,
    response: z.array(PieceVersion),
  }),
  install: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/pieces',
    operationId: 'pieces.install',
    summary: 'Install a piece from the npm registry, or from an archive (multipart form with pieceArchive)',
    status: 201,
    form: true,
    response: Piece,
    errors: ['VALIDATION', 'ENGINE_OPERATION_FAILURE'],
  }),
  remove: endpoint({
    ...administered,
    method: 'DELETE',
    path: '/v1/pieces/:id',
    operationId: 'pieces.remove',
    summary: 'Remove a version of a piece that the platform has installed',
    status: 204,
    params: IdParams,
  }),
  sync: endpoint({
    ...administered,
    method: 'POST',
    path: '/v1/pieces/sync',
    operationId: 'pieces.sync',
    summary: 'Copy the published pieces from the piece registry',
    principals: ['USER'],
    response: z.object({ added: z.number(), removed: z.number(), failed: z.number() }),
    errors: ['VALIDATION'],
  }),
  options: endpoint({
    method: 'POST',
    path: '/v1/pieces/options',
    operationId: 'pieces.options',
    summary: 'Get the options of a property, or its dynamic properties',
    principals: ['USER'],
    permission: 'READ_FLOW',
    project: projectInBody,
    body: z.object({
      projectId: z.string(),
      pieceName: z.string(),
      pieceVersion: z.string(),
      actionOrTriggerName: z.string(),
      propertyName: z.string(),
      flowId: z.string(),
      flowVersionId: z.string(),
      input: z.record(z.string(), z.unknown()),
      searchValue: z.string().optional(),
    }),
    response: z.object({ type: z.enum(['DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'DYNAMIC']), options: z.unknown() }),
    errors: ['ENGINE_OPERATION_FAILURE', 'INVALID_APP_CONNECTION'],
  }),
}
